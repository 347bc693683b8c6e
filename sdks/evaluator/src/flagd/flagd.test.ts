import { describe, expect, test } from 'vitest';
import { flagd2 } from '../flagd-2.ts';
import type { Flag } from '../ruleset.ts';
import { compiled, decide, flagOf, NOW, outcomeOf } from './flag.support.ts';
import { decimal, parseNumber, trimSpace } from './number.ts';

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
  ['minus zero is no version', { sem_ver: [{ '-': [0] }, '=', '0'] }, {}, 'DEFAULT'],
  ['a version of four parts is none', { sem_ver: ['1.2.3.4', '!=', '1'] }, {}, 'DEFAULT'],
])('%s', (_name, targeting, context, expected) => {
  expect(outcomeOf(targeting, context)).toBe(expected);
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
    const { attributes, changes } = compiled(flagOf(targeting));
    return { attributes, clocks: [...changes].map((change) => (change as { everyMs: number }).everyMs) };
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
