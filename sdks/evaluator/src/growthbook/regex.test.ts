import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRegex } from './regex.ts';

/** Patterns of all that the grammar has, short enough for JavaScript to answer at once. */
const pattern = fc.letrec((tie) => ({
  term: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      'é',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\S',
      '[ab]',
      '[^a]',
      '[a-z]',
      '[\\d_]',
      '[]',
      '[^]',
      '^',
      '$',
      '\\b',
      '\\B',
      '\\u0061',
      '\\x62',
      '\\cA',
      '\\c',
      '\\0',
      '\\12',
      '\\-',
      '\\/',
      '/',
      '{',
      '}',
      ']',
      'a{',
      '\\p',
      '\\k',
      '😀',
      'ſ',
      'K',
      '[\\]a]',
      '\\t',
      '_',
      ' ',
      '\\8',
      '\\_',
    ),
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?=', '(?!', '(?<=', '(?<!', '(?<n>'), tie('choice'))
      .map(([open, body]) => `${open}${body})`),
    fc
      .tuple(tie('term'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{0,2}', '{1,}', '{0}', '??'))
      .map((parts) => parts.join('')),
  ),
  sequence: fc.array(tie('term'), { maxLength: 4 }).map((parts) => parts.join('')),
  choice: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|')),
})).choice as fc.Arbitrary<string>;

const subject = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'A',
    'é',
    'É',
    '1',
    '_',
    ' ',
    '\n',
    '/',
    '\\',
    '{',
    'c',
    '\u0001',
    '😀',
    's',
    'k',
    'ſ',
    'K',
    '\u2028',
  ),
  maxLength: 8,
});

test('answers as JavaScript does for every pattern it takes', () => {
  let answered = 0;
  fc.assert(
    fc.property(
      pattern,
      fc.array(subject, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (source, subjects, ignoreCase) => {
        const native = nativeOf(source, ignoreCase);
        const find = attempt(source, ignoreCase);
        if (find === 'refused') return;
        expect(find === undefined).toBe(native === undefined);
        for (const one of subjects) {
          answered++;
          expect([source, one, find?.(one)]).toEqual([source, one, native?.test(one)]);
        }
      },
    ),
    { numRuns: 3000, seed: 7 },
  );
  expect(answered).toBeGreaterThan(5000);
});

test.each([
  '(a)\\1',
  '(?<n>a)\\k<n>',
  'a'.repeat(257),
  'a{101}',
  'a{100}b{100}c{2}',
  '((a{60}){60}){60}',
  '((((){40}){40}){40}){40}',
])('refuses %s', (source) => {
  expect(attempt(source, false)).toBe('refused');
});

test.each([
  '(a+)+$',
  '(a|a)*b',
  '(.*)*x',
  '.*.*.*.*.*=x',
  '(?=(a+)+b)a',
  '(?:a?){60}a{60}',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(x+x+)+y',
  '(?<=(a*)*)b(?!(a|aa)+$)',
  '([^]*a){20}',
])('answers %s in a moment', (source) => {
  const find = compileRegex(source, false);
  for (const text of ['a', 'x', 'ab']) find?.(text.repeat(512).slice(0, 512));
  const start = performance.now();
  for (const text of ['a', 'x', 'ab']) find?.(text.repeat(512).slice(0, 512));
  expect(performance.now() - start).toBeLessThan(300);
});

function nativeOf(source: string, ignoreCase: boolean): RegExp | undefined {
  try {
    return new RegExp(source, ignoreCase ? 'i' : '');
  } catch {
    return undefined;
  }
}

function attempt(source: string, ignoreCase: boolean): ReturnType<typeof compileRegex> | 'refused' {
  try {
    return compileRegex(source, ignoreCase);
  } catch {
    return 'refused';
  }
}
