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
])('finds the fault of %s at %i', (text, place) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(jsonFaultAt(text)).toBe(place);
});

test('finds no fault before the end of any prefix of JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, length) => {
      const prefix = text.slice(0, length % (text.length + 1)).trimEnd();
      const isHalfWord = /(?:^|[^"\w])(?:-|[a-z]+|-?\d+\.|-?[\d.]+[eE][+-]?)$|\\u?[0-9a-fA-F]{0,3}$/.test(prefix);
      if (!isHalfWord) expect(jsonFaultAt(prefix)).toBe(prefix.length);
    }),
  );
});
