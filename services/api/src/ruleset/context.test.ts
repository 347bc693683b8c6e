import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BurgeeError } from '../errors.ts';
import { contextIn } from './context.ts';

test('takes any JSON: a context or INVALID_CONTEXT, and never anything else', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (value, isWrapped) => {
      const body = JSON.parse(JSON.stringify(isWrapped ? { context: value } : value)) as unknown;
      try {
        expect(typeof contextIn(body)).toBe('object');
      } catch (error) {
        expect(error).toBeInstanceOf(BurgeeError);
        expect((error as BurgeeError).code).toBe('INVALID_CONTEXT');
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('keeps a key named __proto__ an ordinary attribute', () => {
  const context = contextIn(JSON.parse('{"context":{"__proto__":{"polluted":1},"constructor":1}}'));
  expect(Object.hasOwn(context, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each([
  ['1,024 bytes of targeting key', { targetingKey: 'ü'.repeat(512) }],
  ['32 levels', JSON.parse(`${'{"a":'.repeat(31)}{}${'}'.repeat(31)}`)],
  ['1,000 keys', Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [index, 1]))],
])('takes exactly %s', (_name, context) => {
  expect(contextIn({ context })).toBe(context);
});

test('counts the entries of lists as keys', () => {
  expect(() => contextIn({ context: { list: Array.from({ length: 1000 }, () => 1) } })).toThrow('1,000 keys');
});
