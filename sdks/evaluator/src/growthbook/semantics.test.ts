import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { evaluate } from '../evaluate.ts';
import { growthbook1 } from '../growthbook-1.ts';
import { growthbook2 } from '../growthbook-2.ts';
import type { Flag, Json, Ruleset } from '../ruleset.ts';
import { compileHash } from './hash.ts';
import { bucketRanges } from './ranges.ts';

function flagOf(key: string, foreign: unknown, more: Partial<Flag> = {}): Flag {
  const common = {
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: null,
    default: null,
  } as const;
  return { key, ...common, semantics: 'growthbook-1', foreign: foreign as Json, ...more };
}

function compiled(...flags: Flag[]) {
  const ruleset: Ruleset = {
    format: 1,
    environment: 'test',
    version: '1',
    flags: Object.fromEntries(flags.map((flag) => [flag.key, flag])),
    segments: {},
  };
  return compile(ruleset, { semantics: [growthbook1, growthbook2] });
}

test.each([
  ['seed', 'user-1', 1],
  ['seed', 'Zoë', 2],
  ['', '日本😀', 2],
  ['é', '', 1],
])('hashes %j and %j by version %d as the formula says', (seed, value, version) => {
  const fnv = (text: string) => {
    let hash = 0x811c9dc5n;
    for (let i = 0; i < text.length; i++) hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x01000193n) & 0xffffffffn;
    return hash;
  };
  const expected =
    version === 1
      ? Number(fnv(value + seed) % 1000n) / 1000
      : Number(fnv(String(fnv(seed + value))) % 10_000n) / 10_000;
  expect(compileHash(seed, version)?.(value)).toBe(expected);
});

test('ranges are a running sum in plain doubles', () => {
  const ranges = (count: number, coverage: number, weights?: number[], strict = false) =>
    bucketRanges({ count, coverage, weights, strict });
  expect(ranges(2, 0.5)).toEqual([
    [0, 0.25],
    [0.5, 0.75],
  ]);
  expect(ranges(3, 1, [0.333, 0.333, 0.334])).toEqual([
    [0, 0.333],
    [0.333, 0.333 + 0.333],
    [0.666, 0.666 + 0.334],
  ]);
  expect(ranges(2, 2, [0.4, 0.4])).toEqual([
    [0, 0.5],
    [0.5, 1],
  ]);
  expect(ranges(2, -1)).toEqual([
    [0, 0],
    [0.5, 0.5],
  ]);
  expect(ranges(2, 1, [1.2, -0.2])).toEqual([
    [0, 1.2],
    [1.2, 1],
  ]);
  expect(ranges(2, 1, [1.2, -0.2], true)).toEqual([
    [0, 0.5],
    [0.5, 1],
  ]);
});

test('gives the same frozen evaluation for the same answer', () => {
  const ruleset = compiled(flagOf('f', { defaultValue: false, rules: [{ variations: [true, false] }] }));
  const seen = new Set(Array.from({ length: 200 }, (_, i) => evaluate(ruleset, 'f', { id: `u${i}` }, 0)));
  expect(seen.size).toBe(2);
  for (const one of seen) expect(Object.isFrozen(one) && Object.isFrozen(one.metadata)).toBe(true);
});

test('names what it reads', () => {
  const rules = [
    {
      force: true,
      condition: { 'profile.level': 1, $or: [{ country: 'NO' }] },
      coverage: 0.5,
      hashAttribute: 'deviceId',
    },
  ];
  expect(compiled(flagOf('f', { rules })).attributes).toEqual(['country', 'deviceId', 'profile']);
  expect(compiled(flagOf('f', { rules: [{ variations: [true, false] }] })).attributes).toEqual([
    '$growthbook',
    'id',
    'targetingKey',
  ]);
});

test('tells all that a feature can serve', () => {
  const outcomes = (foreign: object) => growthbook1.outcomes?.(flagOf('f', foreign), 0).outcomes;
  expect(outcomes({ defaultValue: false, rules: [{ force: true }] })).toEqual([{ value: true }]);
  expect(outcomes({ defaultValue: false, rules: [{ force: true, coverage: 0 }] })).toEqual([{ value: false }]);
  expect(outcomes({ defaultValue: false, rules: [{ force: true, condition: { a: 1 } }] })).toEqual([
    { value: true },
    { value: false },
  ]);
  expect(outcomes({ rules: [{ variations: [true, false], weights: [1, 0] }] })).toEqual([{ value: true }, {}]);
  expect(outcomes({ rules: [{ parentConditions: [{ id: 'p', gate: true }], force: true }] })).toEqual([
    {},
    { value: true },
  ]);
  expect(growthbook1.outcomes?.(flagOf('f', { rules: 5 }), 0)).toEqual({ unknown: true, outcomes: [] });
});

test('explains in words, rule by rule', () => {
  const flag = flagOf('f', {
    defaultValue: false,
    rules: [
      { id: 'fr_1', force: true, condition: { country: 'NO' } },
      { force: true, coverage: 0.001 },
      { parentConditions: [{ id: 'p', condition: { value: true } }], force: true },
      { key: 'e', variations: [true, false], filters: [{ seed: 's', ranges: [[0, 0]] }] },
      { key: 'e', variations: [true, false], coverage: 0 },
      {},
    ],
  });
  compiled(flag, flagOf('p', { defaultValue: false }));
  expect(growthbook1.explain?.(flag, { id: 'u1', country: 'SE' }, 0)).toEqual([
    'rule 1 (fr_1): skipped: its condition does not match',
    expect.stringMatching(/^rule 2: skipped: bucket 0\.\d+ is outside the coverage of 0\.001$/),
    'rule 3: prerequisite p is not met, and the rule is skipped',
    expect.stringMatching(/^rule 4 is skipped: bucket 0\.\d+ is in no range of a filter$/),
    expect.stringMatching(/^rule 5: bucket 0\.\d+ of attribute id is in no variation's range$/),
    'rule 6: skipped: it serves nothing',
    'no rule counts: the default value',
  ]);
});

describe('prerequisites', () => {
  const asks = (...ids: string[]) => ({
    parentConditions: ids.map((id) => ({ id, condition: { value: true } })),
    force: true,
  });

  test('ask any flag of the ruleset', () => {
    const plain = { ...flagOf('plain', undefined), default: 'on' as string | null };
    const { semantics: _, foreign: __, ...burgee } = plain;
    const ruleset = compiled(
      burgee as Flag,
      flagOf('f', { defaultValue: false, rules: [asks('plain')] }),
      flagOf('g', { defaultValue: false, rules: [asks('f')] }, { semantics: 'growthbook-2' }),
      flagOf('off', { defaultValue: true }, { enabled: false }),
      flagOf('h', { defaultValue: false, rules: [asks('off')] }),
    );
    expect(evaluate(ruleset, 'g', {}, 0).value).toBe(true);
    expect(evaluate(ruleset, 'h', {}, 0).value).toBe(false);
  });

  test('end in an error where they are too many, and never hang', () => {
    const flags = Array.from({ length: 40 }, (_, i) =>
      flagOf(`f${i}`, { defaultValue: true, rules: [asks(`f${i + 1}`, `f${i + 1}`)] }),
    );
    expect(evaluate(compiled(...flags), 'f0', {}, 0)).toMatchObject({ reason: 'ERROR', errorCode: 'GENERAL' });
    const mixed = flags.map((flag, i) => (i % 2 === 0 ? flag : { ...flag, semantics: 'growthbook-2' as const }));
    expect(evaluate(compiled(...mixed), 'f0', {}, 0).flagKey).toBe('f0');
    const around = [
      flagOf('a', { rules: [asks('b')] }),
      flagOf('b', { rules: [asks('a')] }, { semantics: 'growthbook-2' }),
    ];
    expect(evaluate(compiled(...around), 'a', {}, 0)).not.toHaveProperty('value');
  });
});

test('saved groups that refer to each other without end are refused', () => {
  const savedGroups = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [
      `g${i}`,
      {
        type: 'condition',
        condition: { $or: [{ $savedGroup: { id: `g${i + 1}` } }, { $savedGroup: { id: `g${i + 1}` } }] },
      },
    ]),
  );
  const problems = compiled(
    flagOf('f', { savedGroups, rules: [{ force: true, condition: { $savedGroup: { id: 'g0' } } }] }),
  ).problems;
  expect(problems.get('f')?.[0]?.message).toBe('saved groups refer to each other more than 1,000 times');
});

test.each([
  [{ rules: {} }, 'foreign.rules', 'expected array, got object'],
  [{ rules: [5] }, 'foreign.rules[0]', 'expected object, got number'],
  [{ rules: [{ force: 'x' }] }, 'foreign.rules[0].force', 'no variant has this value'],
  [{ rules: [{ variations: [true, false], weights: ['1', 0] }] }, 'foreign.rules[0].weights', 'expected numbers'],
  [{ rules: [{ force: true, range: [0] }] }, 'foreign.rules[0].range', 'expected a range: two numbers'],
  [
    { rules: [{ variations: [true, false], namespace: ['x'] }] },
    'foreign.rules[0].namespace',
    'expected a namespace: a name and two numbers',
  ],
  [
    { rules: [{ force: true, condition: { a: { $regex: '(a)\\1' } } }] },
    'foreign',
    'the pattern (a)\\1: back-references are refused',
  ],
  [
    { experiment: { variations: [true, false], urlPatterns: [{}] } },
    'foreign.experiment.urlPatterns',
    'only a page can tell, so it is not decided here',
  ],
])('refuses %j', (foreign, path, message) => {
  expect(compiled(flagOf('f', foreign)).problems.get('f')).toContainEqual({ path, message });
});

test('a long text for a pattern is an error of the context', () => {
  const ruleset = compiled(flagOf('f', { rules: [{ force: true, condition: { a: { $regex: 'x$' } } }] }));
  expect(evaluate(ruleset, 'f', { a: 'x'.repeat(513) }, 0)).toMatchObject({ errorCode: 'INVALID_CONTEXT' });
  expect(evaluate(ruleset, 'f', { a: 'x'.repeat(512) }, 0).value).toBe(true);
});

test('takes any JSON without throwing, as a feature and as a context', () => {
  const names = [
    'rules',
    'force',
    'condition',
    'variations',
    'filters',
    'ranges',
    'range',
    'meta',
    'parentConditions',
    'experiment',
    'savedGroups',
    'texts',
    '$or',
    '$not',
    '$elemMatch',
    '$all',
    '$regex',
    '$savedGroup',
    '$inGroup',
    'id',
    '__proto__',
    'namespace',
    'weights',
    'contextualBandits',
    'contextualBanditRef',
    'type',
    'values',
    '$growthbook',
    'stickyBucketAssignmentDocs',
  ];
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 6, depthSize: 'medium' },
      fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 1e308, '', 'id', '(a+)+$', 'f'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const feature = fc.oneof(
    json,
    fc.record({
      rules: fc.array(
        fc.record({ force: fc.boolean(), condition: json, filters: json, variations: json }, { requiredKeys: [] }),
      ),
    }),
  );
  fc.assert(
    fc.property(
      feature,
      json,
      fc.constantFrom('growthbook-1' as const, 'growthbook-2' as const),
      (foreign, context, semantics) => {
        const flag = flagOf('f', foreign, { semantics });
        const ruleset = compiled(flag);
        const { flagKey } = evaluate(ruleset, 'f', context as never, 0);
        const one = semantics === 'growthbook-1' ? growthbook1 : growthbook2;
        one.outcomes?.(flag, 0);
        one.explain?.(flag, context as never, 0);
        expect(flagKey).toBe('f');
      },
    ),
    { numRuns: 2000, seed: 3 },
  );
  expect(({} as Record<string, unknown>).rules).toBe(undefined);
});
