import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFaultAt } from './json-fault.ts';

test.each([
  ['{"a": 1', 7],
  ['{"a": "open', 11],
  ['', 0],
  ['  ', 2],
  ['{"a": ?}', 6],
  ['{"a" 1}', 5],
  ['{"a": 1,}', 8],
  ['[1 2]', 3],
  ['{a: 1}', 1],
  ["{'a': 1}", 1],
  ['{"a": 01}', 7],
  ['{} x', 3],
  ['[}', 1],
  ['NaN', 0],
  ['nil', 1],
  ['-', 1],
  ['-Infinity', 1],
  ['1.', 2],
  ['1.e5', 2],
  ['1e+x', 3],
  ['"\\x"', 2],
  ['"\\u00g0"', 5],
  ['"a\nb"', 2],
  ['{}\u00a0', 2],
])('finds the fault of %s at %i', (text, place) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(jsonFaultAt(text)).toBe(place);
});

test('finds no fault before the end of any prefix of JSON', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), fc.nat(), (text, length) => {
      const prefix = text.slice(0, length % (text.length + 1));
      expect(jsonFaultAt(prefix)).toBe(prefix.length);
    }),
  );
});

test('finds the place that V8 names, where it names one', () => {
  const change = fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\ 0-.eutn\n\u0000é'), fc.constantFrom(0, 1));
  let compared = 0;
  fc.assert(
    fc.property(fc.json(), fc.array(change, { minLength: 1, maxLength: 3 }), (json, changes) => {
      const characters = [...json];
      for (const [at, character, removed] of changes)
        characters.splice(at % (characters.length + 1), removed, character);
      const text = characters.join('');
      const named = placeOfV8(text);
      if (named === undefined) return;
      compared += 1;
      expect(jsonFaultAt(text)).toBe(named);
    }),
    { numRuns: 2000 },
  );
  expect(compared).toBeGreaterThan(100);
});

/** V8 counts from the backslash where a code of four digits is wrong; there only we are exact. */
function placeOfV8(text: string): number | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const place = /at position (\d+)/.exec(message)?.[1];
    return place === undefined || message.startsWith('Bad Unicode') ? undefined : Number(place);
  }
  return undefined;
}

test.each([
  ['a text', `"${'a'.repeat(1_000_000)}\u0001"`, 1_000_001],
  ['open lists', '['.repeat(1_000_000), 1_000_000],
  ['escapes', `"${'\\n'.repeat(500_000)}\\x"`, 1_000_002],
  ['digits', `${'1'.repeat(1_000_000)}x`, 1_000_000],
])('comes to the end of a million characters of %s', (_name, text, place) => {
  expect(jsonFaultAt(text)).toBe(place);
});
