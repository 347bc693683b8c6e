import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';
import type { Flag } from '../ruleset.ts';
import { cbor } from './cbor.ts';
import { compiled, decide, flagOf, NAMES, NOW, outcomeOf } from './flag.support.ts';
import { fractional2 } from './fractional.ts';

describe('fractional', () => {
  test('splits by three formulas', () => {
    const shares = (semantics: Flag['semantics']) => {
      const flag = compiled(
        flagOf(
          {
            fractional: [
              ['on', 50],
              ['off', 50],
            ],
          },
          null,
          semantics,
        ),
      );
      return Array.from({ length: 40 }, (_, i) => evaluate(flag, 'flag', { targetingKey: `Zoë ${i}` }, NOW).variant);
    };
    const [one, two, three] = (['flagd-1', 'flagd-2', 'flagd-3'] as const).map(shares);
    for (const all of [one, two, three]) expect(new Set(all)).toEqual(new Set(['on', 'off']));
    expect(one).not.toEqual(two);
    expect(two).not.toEqual(three);
  });

  test('multiplies and shifts without loss', () => {
    const integer = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(integer, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (hash, total) => {
        const bucket = Number((BigInt(hash) * BigInt(total)) >> 32n);
        // The arm whose weight ends at the bucket does not hold it, the next one does.
        expect(fractional2.choose(hash, [bucket, 1, total - bucket - 1], total)).toBe(1);
      }),
      { seed: 20_261_121, numRuns: 2_000 },
    );
  });

  test('hashes any value but null and lists in its third form', () => {
    const bucketOf = (value: unknown) => {
      const targeting = { fractional: [{ var: 'by' }, ...NAMES.map((name) => [name, 1])] };
      return decide(flagOf(targeting, null, 'flagd-3'), { by: value, targetingKey: 'a' }).variant;
    };
    expect(bucketOf(null)).toBeUndefined();
    expect(bucketOf({ b: 1, a: [true, 0.5] })).toBe(bucketOf({ a: [true, 0.5], b: 1 }));
    expect(bucketOf(-0)).toBe(bucketOf(0));
    expect(new Set([1, 2, 3, 4.5, 'a', true, { a: 1 }, 1e300].map(bucketOf)).size).toBeGreaterThan(3);
  });

  test('has no arm for who is nobody, or where a weight is wrong', () => {
    const arms = [
      ['on', 1],
      ['true', 1],
    ];
    for (const targetingKey of ['', null, 7, {}])
      expect(outcomeOf({ fractional: arms }, { targetingKey })).toBe('DEFAULT');
    for (const weight of [0.5, 2 ** 31, 'x', true, -1]) {
      expect(outcomeOf({ fractional: [['on', weight]] }, { targetingKey: 'a' })).toBe('DEFAULT');
    }
    expect(
      outcomeOf(
        {
          fractional: [
            ['on', 2 ** 31 - 1],
            ['off', 1],
          ],
        },
        { targetingKey: 'a' },
      ),
    ).toBe('DEFAULT');
  });

  test.each([
    ['0', '00'],
    ['-1', '20'],
    ['24', '1818'],
    ['1.5', 'f93e00'],
    ['-0.0', '00'],
    ['100000', '1a000186a0'],
    ['65504.5', 'fa477fe080'],
    ['100000000000000000000', 'fb4415af1d78b58c40'],
    ['0.1', 'fb3fb999999999999a'],
    ['5.960464477539063e-8', 'f90001'],
    ['6.103515625e-5', 'f90400'],
    ['-4.1', 'fbc010666666666666'],
    ['18446744073709549568', '1bfffffffffffff800'],
    ['-9223372036854775808', '3b7fffffffffffffff'],
    ['3.4028234663852886e38', 'fa7f7fffff'],
    ['"é"', '62c3a9'],
    ['[1,[]]', '820180'],
    ['{"bb":1,"a":2}', 'a261610262626201'],
    ['[true,false,null]', '83f5f4f6'],
  ])('writes %s in CBOR', (json, hex) => {
    expect(Buffer.from(cbor(JSON.parse(json))).toString('hex')).toBe(hex);
  });
});
