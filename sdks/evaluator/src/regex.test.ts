import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { regexEngine } from './regex.ts';
import { booleanFlag, rulesetOf } from './sample.support.ts';

test.each([
  ['^a+$', 'aaa', true],
  ['b', 'abc', true],
  ['^b', 'abc', false],
  ['(?i)ada', 'ADA', true],
  ['a{100}', 'a'.repeat(100), true],
  ['\\{1000}', '{1000}', true],
  ['\\x{20AC}', '€', true],
])('%s on %s: %s', (pattern, subject, expected) => expect(regexEngine.compile(pattern)(subject)).toBe(expected));

test.each([
  ['a(', 'missing closing )'],
  ['(?<=a)b', 'invalid named capture'],
  ['(a)\\1', 'invalid escape sequence'],
  ['(?=a)', 'invalid or unsupported Perl syntax'],
  ['a'.repeat(257), 'a pattern has at most 256 bytes'],
  ['xa{101}', 'at position 2: counted repeat over 100'],
  ['a{0,1000}', 'at position 1: counted repeat over 100'],
  ['a{100}b{100}c{1}', 'counted repeats sum to more than 200'],
  ['(((a?b?c?d?e?f?){10}){10}){10}', 'counted repeats multiply to too large a pattern'],
])('refuses %s: %s', (pattern, message) => expect(() => regexEngine.compile(pattern)).toThrow(message));

test.each(['(x+x+)+y', '(a|a)*$', '(.*.*.*.*.*.*.*.*)*[z]', '((\\w?){50}){20}[xyz]'])(
  'answers %s in linear time',
  (pattern) => {
    const matches = regexEngine.compile(pattern);
    const startMs = performance.now();
    for (let i = 0; i < 10; i++) matches('abcdefgh'.repeat(64));
    expect(performance.now() - startMs).toBeLessThan(2000);
  },
);

test('without the engine only the flags that need it are errors', () => {
  const matching = booleanFlag({ key: 'm', rules: [{ id: 'r', if: [{ attr: 'a', op: 'matches', values: ['x'] }] }] });
  const compiled = compile(rulesetOf([matching, booleanFlag({ key: 'fine' })]));
  expect(evaluate(compiled, 'm', { a: 'x' }, 0).errorCode).toBe('PARSE_ERROR');
  expect(evaluate(compiled, 'fine', {}, 0).value).toBe(false);
});
