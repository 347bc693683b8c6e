import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { evaluate } from '../evaluate.ts';
import { flagd1 } from '../flagd-1.ts';
import { flagd2 } from '../flagd-2.ts';
import { flagd3 } from '../flagd-3.ts';
import type { Flag, Json } from '../ruleset.ts';
import { cbor } from './cbor.ts';
import { fractional2 } from './fractional.ts';
import { decimal, parseNumber, trimSpace } from './number.ts';

const NOW = Date.parse('2026-06-01T00:00:00.999Z');
const NAMES = ['on', 'off', 'true', 'false', '0', '3', 'null', 'a<b', '-0', '1e+21'];
const variants = Object.fromEntries(NAMES.map((name) => [name, name]));

const flagOf = (
  targeting?: unknown,
  defaultVariant: unknown = 'off',
  semantics: Flag['semantics'] = 'flagd-2',
): Flag => ({
  key: 'flag',
  enabled: true,
  type: 'string',
  variants,
  off: null,
  default: null,
  ...(semantics && { semantics }),
  foreign: { state: 'ENABLED', variants, defaultVariant, ...(targeting !== undefined && { targeting }) } as Json,
});
const compiled = (flag: Flag) =>
  compile(
    { format: 1, environment: 'e', version: '1', flags: { flag }, segments: {} },
    { semantics: [flagd1, flagd2, flagd3] },
  );
const decide = (flag: Flag, context: object = {}) => evaluate(compiled(flag), 'flag', context as never, NOW);
const outcomeOf = (targeting: unknown, context: object = {}) => {
  const { variant, reason, errorCode } = decide(flagOf(targeting), context);
  return errorCode ?? (reason === 'TARGETING_MATCH' ? variant : reason);
};

test('a flag without targeting serves its default', () => {
  expect(decide(flagOf())).toMatchObject({ variant: 'off', reason: 'STATIC' });
  expect(decide(flagOf({}))).toMatchObject({ variant: 'off', reason: 'STATIC' });
  expect(decide(flagOf(null))).toMatchObject({ variant: 'off', reason: 'DEFAULT' });
  for (const none of [null, ''])
    expect(decide(flagOf(undefined, none))).toEqual({ flagKey: 'flag', reason: 'DEFAULT' });
  expect(decide({ ...flagOf('on'), enabled: false })).toEqual({ flagKey: 'flag', reason: 'DISABLED' });
  expect(decide(flagOf('on', 'gone')).errorCode).toBe('PARSE_ERROR');
});

test('the result names the variant as its JSON does', () => {
  const names = [true, 3, 'null', null, -0, 1e21, 'nope', 'a<b', ['on'], { a: 1, b: 2 }].map((one) => outcomeOf(one));
  expect(names).toEqual(['true', '3', 'null', 'DEFAULT', '-0', '1e+21', 'GENERAL', 'GENERAL', 'GENERAL', 'GENERAL']);
  expect(outcomeOf({ '/': [1, 0] })).toBe('PARSE_ERROR');
});

/** Each is decided otherwise by flagd's JavaScript evaluator. */
test.each([
  ['cat of nothing is empty', { if: [{ '==': [{ cat: ['a', { var: 'none' }] }, 'a'] }, 'on'] }, {}, 'on'],
  ['cat of a boolean fails', { cat: ['a', true] }, {}, 'PARSE_ERROR'],
  ['cat trims', { if: [{ '==': [{ cat: [' a', 'b '] }, 'ab'] }, 'on'] }, {}, 'on'],
  ['cat of one does not trim', { if: [{ '==': [{ cat: [' a'] }, ' a'] }, 'on'] }, {}, 'on'],
  ['a bucketing value of null falls back', { fractional: [{ var: 'none' }, ['on', 1]] }, { targetingKey: 'a' }, 'on'],
  ['in a number nothing is found', { in: ['a', { var: 'n' }] }, { n: 1 }, 'false'],
  ['a number is found as a text', { in: [3, ['3']] }, {}, 'true'],
  ['a number is no boolean’s name', { '==': [true, 'true'] }, {}, 'false'],
  ['a third item of an arm is ignored', { fractional: [['on', 1, 2]] }, { targetingKey: 'a' }, 'on'],
  ['a weight of null is one', { fractional: [['on', null]] }, { targetingKey: 'a' }, 'on'],
  ['a list in a condition is its first item', { '!': { var: 'list' } }, { list: [0, 1] }, 'true'],
  ['a name in a list is its first item', { var: 'list.x' }, { list: ['on'] }, 'on'],
  ['a text that is no number is 0 in sums', { '+': ['x', 3] }, {}, '3'],
  ['a boolean can not be added', { '+': [true, 3] }, {}, 'PARSE_ERROR'],
  [
    'an object that comes out of an if is logic',
    { if: [true, { var: 'logic' }] },
    { logic: { var: 'x' }, x: 'on' },
    'on',
  ],
  ['a filter sees outer names first', { if: [{ filter: [[1, 2], { var: 'x' }] }, 'on', 'off'] }, { x: 1 }, 'on'],
  ['all wants logic, not a value', { all: [[{ ok: true }], { var: 'ok' }] }, {}, 'PARSE_ERROR'],
  ['an unknown operator counts only where it is reached', { if: [false, { nope: 1 }, 'on'] }, {}, 'on'],
  ['versions may be short', { sem_ver: [{ var: 'v' }, '~', 'V1.2'] }, { v: 'v1.2.9' }, 'true'],
  ['texts are ordered by code points', { '<': ['\uff9f', '😀'] }, {}, 'true'],
  ['numbers in a version come before words', { sem_ver: ['1.0.0-9', '<', '1.0.0-a'] }, {}, 'true'],
  ['numbers in a version are ordered as numbers', { sem_ver: ['1.0.0-a.11', '>', '1.0.0-a.9'] }, {}, 'true'],
  ['a longer version of labels is later', { sem_ver: ['1.0.0-a.1', '>', '1.0.0-a'] }, {}, 'true'],
  ['a version of four parts is none', { sem_ver: ['1.2.3.4', '!=', '1'] }, {}, 'DEFAULT'],
])('%s', (_name, targeting, context, expected) => {
  expect(outcomeOf(targeting, context)).toBe(expected);
});

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

test('reads and writes numbers as Go does', () => {
  const texts = [
    '1_000',
    '0x1p4',
    '0x10',
    '+nan',
    'nan',
    '-inf',
    '1.',
    '_1',
    '1__0',
    '0x1_0p0',
    '1_e5',
    '00_1',
    '0x_1p0',
    ' 1',
    '.',
    '',
  ];
  const numbers = [
    1000,
    16,
    undefined,
    undefined,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    1,
    undefined,
    undefined,
    16,
    undefined,
    1,
    1,
  ];
  expect(texts.map(parseNumber)).toEqual([...numbers, undefined, undefined, undefined]);
  expect([1e21, 1.5e-7, -0, 123, Number.NaN].map(decimal)).toEqual([
    '1000000000000000000000',
    '0.00000015',
    '-0',
    '123',
    'NaN',
  ]);
  expect(trimSpace('\u0085 a b\u3000\n')).toBe('a b');
  expect(trimSpace('\ufeffa')).toBe('\ufeffa');
});

describe('what a flag depends on', () => {
  const findings = (targeting: unknown) => {
    const { attributes, clocks } = compiled(flagOf(targeting));
    return { attributes, clocks };
  };

  test.each([
    [{ if: [{ '==': [{ var: 'user.plan' }, 1] }, { var: ['name', 'on'] }] }, ['name', 'user'], []],
    [{ fractional: [['on', 1]] }, ['targetingKey'], []],
    [{ some: [{ var: 'list' }, { '==': [{ var: 'inner' }, { var: '' }] }] }, ['inner', 'list'], []],
    [{ map: [{ var: 'list' }, { var: 'inner' }] }, ['list'], []],
    [{ missing: ['a', 'b.c'] }, ['a', 'b'], []],
    [{ '<': [{ var: '$flagd.timestamp' }, 5] }, [], [1000]],
    [{ '==': [{ var: '$flagd.flagKey' }, 'flag'] }, [], []],
    [{ var: { var: 'name' } }, ['*', 'name'], [1000]],
    [{ '!!': { var: '' } }, ['*'], [1000]],
  ])('%j', (targeting, attributes, clocks) => {
    expect(findings(targeting)).toEqual({ attributes, clocks });
  });

  test('reads flagd’s own properties', () => {
    expect(outcomeOf({ if: [{ '==': [{ var: '$flagd.flagKey' }, 'flag'] }, 'on'] }, { $flagd: { flagKey: 'x' } })).toBe(
      'on',
    );
    const timestamp = Math.floor(NOW / 1000);
    expect(outcomeOf({ if: [{ '===': [{ var: '$flagd.timestamp' }, timestamp] }, 'on'] })).toBe('on');
    expect(
      outcomeOf({ if: [{ '===': [{ var: '$flagd' }, null] }, 'off', { missing: ['$flagd.flagKey'] }, 'off', 'on'] }),
    ).toBe('on');
  });
});

test('tells its outcomes where they can be told', () => {
  const valuesOf = (targeting: unknown, more: Partial<Flag> = {}) =>
    flagd2.outcomes?.({ ...flagOf(targeting), ...more }, NOW);
  const known = (...values: (string | undefined)[]) => ({
    unknown: false,
    outcomes: values.map((value) => (value === undefined ? {} : { value })),
  });
  expect(valuesOf(undefined)).toEqual(known('off'));
  expect(valuesOf('on')).toEqual(known('on'));
  expect(valuesOf({ if: [true, 'on', 'off'] })).toEqual(known('on'));
  expect(valuesOf({ if: [{ var: 'x' }, 'on', { var: 'y' }, true, null] })).toEqual(known('on', 'true', 'off'));
  expect(
    valuesOf({
      fractional: [
        ['on', 1],
        ['true', 0],
      ],
    }),
  ).toEqual(known('off', 'on'));
  expect(valuesOf('gone')).toEqual(known(undefined));
  expect(valuesOf('on', { enabled: false })).toEqual(known(undefined));
  expect(valuesOf({ var: 'variant' })).toEqual({ unknown: true, outcomes: [] });
});

test('explains a decision', () => {
  const targeting = { if: [{ '==': [{ var: 'plan' }, 'pro'] }, 'on', { if: [{ '!': { var: 'old' } }, null, 'off'] }] };
  expect(flagd2.explain?.(flagOf(targeting), { plan: 'free' } as never, NOW)).toEqual([
    '{"==":[{"var":"plan"},"pro"]} is false',
    '{"!":{"var":"old"}} is true',
    'the targeting gives null: the default variant off',
  ]);
  expect(flagd2.explain?.(flagOf({ nope: 1 }), {} as never, NOW)).toEqual([
    'the targeting can not be finished: there is no operator nope',
  ]);
});

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
