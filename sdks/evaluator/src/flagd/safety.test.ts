import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, flagOf } from './flag.support.ts';

describe('never throws and never hangs', () => {
  const nested = (levels: number): unknown => JSON.parse(`${'{"!":['.repeat(levels)}true${']}'.repeat(levels)}`);

  test('for any JSON', () => {
    const operators = [
      'if',
      'var',
      'cat',
      'in',
      'map',
      'reduce',
      'some',
      'fractional',
      'sem_ver',
      'substr',
      'set',
      'missing_some',
    ];
    const logic = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.tuple(fc.constantFrom(...operators), tie('any')).map(([name, args]) => ({ [name]: args })),
        fc.array(tie('any'), { maxLength: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(
        logic,
        fc.dictionary(fc.constantFrom('a', 'b', '$flagd', '__proto__'), fc.jsonValue()),
        (targeting, context) => {
          const { reason, errorCode } = decide(flagOf(targeting), context);
          expect(errorCode === undefined ? reason : 'ERROR').toBe(reason);
          expect(errorCode).not.toBe('INVALID_CONTEXT');
        },
      ),
      { seed: 20_261_121, numRuns: 2_000 },
    );
  });

  test.each([
    ['deep logic', nested(5_000), {}],
    ['logic that leads to itself', { if: [true, { var: 'a' }] }, { a: { if: [true, { var: 'a' }] } }],
    ['deep data', { if: [true, { var: 'a' }] }, { a: nested(3_000) }],
    [
      'texts that double',
      { reduce: [{ var: 'a' }, { cat: [{ var: 'accumulator' }, { var: 'accumulator' }] }, 'xx'] },
      { a: Array(60).fill(1) },
    ],
    ['loops in loops', [1, 2, 3, 4].reduce((logic: unknown) => ({ map: [Array(500).fill(1), logic] }), 1), {}],
    ['long lists', { contains_any: [{ var: 'a' }, { var: 'a' }] }, { a: Array(5_000).fill('') }],
  ])('%s', (_name, targeting, context) => {
    const started = performance.now();
    expect(['PARSE_ERROR', 'GENERAL', undefined]).toContain(decide(flagOf(targeting), context).errorCode);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test.each([undefined, null, 1, 'x', []])('without a flag of flagd: %j', (foreign) => {
    expect(decide({ ...flagOf(), foreign: foreign as never }).errorCode).toBe('PARSE_ERROR');
  });
});
