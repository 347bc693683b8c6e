import { compile, type Evaluation, type EvaluationContext, evaluate } from '@burgee/evaluator';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { growthbook2 } from '@burgee/evaluator/growthbook-2';
import { growthbook } from '@burgee/importers';
import { expect, test } from 'vitest';

type Reference = 'growthbook-1' | 'growthbook-2';

function decide(payload: object, key: string, context: EvaluationContext, reference: Reference): Evaluation {
  const { flags, refused } = growthbook.read({ text: JSON.stringify(payload), reference });
  expect(refused).toEqual([]);
  const compiled = compile(
    {
      format: 1,
      environment: 'test',
      version: '1',
      flags: Object.fromEntries(flags.map(({ flag }) => [flag.key, flag])),
      segments: {},
    },
    { semantics: [growthbook1, growthbook2] },
  );
  return evaluate(compiled, key, context, 0);
}

function matches(condition: object, attributes: object, reference: Reference, savedGroups = {}): unknown {
  const payload = { features: { f: { defaultValue: false, rules: [{ condition, force: true }] } }, savedGroups };
  const { value, errorCode } = decide(payload, 'f', attributes as EvaluationContext, reference);
  return errorCode ?? value;
}

const groups = {
  plain: [5, 'a'],
  list: { type: 'list', attributeKey: 'country', values: ['NO'] },
  around: { type: 'condition', condition: { $savedGroup: { id: 'around' } } },
  tomorrow: { type: 'remote' },
};

/** Whether a condition matches in specification 0.8, and in 0.12. */
const surprises: [name: string, condition: object, attributes: object, in08: unknown, in012: unknown][] = [
  ['a missing attribute is less than a number', { age: { $lt: 10 } }, {}, true, false],
  ['a text is more than a number', { age: { $gt: 5 } }, { age: '8' }, true, false],
  ['two texts compare as texts', { age: { $lt: '9' } }, { age: '10' }, true, true],
  ['a number matches its text', { age: 5 }, { age: '5' }, true, false],
  ['a text matches its number', { age: '5' }, { age: 5 }, true, false],
  ['0 matches what is missing', { age: 0 }, {}, true, false],
  ['0 matches the empty text', { age: 0 }, { age: '' }, true, false],
  ['true matches any truth', { premium: true }, { premium: 'no' }, true, false],
  ['false matches no missing one', { premium: false }, {}, false, false],
  ['null matches a missing one', { premium: null }, {}, true, true],
  ['booleans are not ordered', { premium: { $gte: false } }, { premium: true }, true, false],
  ['$or of nothing', { $or: [] }, {}, true, true],
  ['$nor of nothing', { $nor: [] }, {}, false, false],
  ['$in without a list', { a: { $in: 'x' } }, { a: 'x' }, false, false],
  ['$nin without a list', { a: { $nin: 'x' } }, { a: 'y' }, false, false],
  ['an unknown operator', { a: { $frobnicate: 1 } }, { a: 1 }, false, false],
  ['an unknown operator turned round', { a: { $not: { $frobnicate: 1 } } }, { a: 1 }, true, false],
  ['an unknown operator under $nor', { $nor: [{ a: { $frobnicate: 1 } }] }, { a: 1 }, true, false],
  ['a pattern on a number', { a: { $regex: '^4' } }, { a: 42 }, true, false],
  ['a pattern on what is missing', { a: { $regex: 'null' } }, {}, true, false],
  ['versions with hyphens', { v: { $veq: '1.2.3' } }, { v: '1-2-3' }, true, true],
  ['versions with v and build', { v: { $veq: '1.2.3' } }, { v: 'v1.2.3+b' }, true, true],
  ['capitals come first in versions', { v: { $vlt: '1.2.3-alpha' } }, { v: '1.2.3-Beta' }, true, true],
  ['a release is above its pre-release', { v: { $vgt: '1.2.3-rc.1' } }, { v: '1.2.3' }, true, true],
  ['a number against a version', { v: { $veq: '2' } }, { v: 2 }, true, false],
  ['another type is another version', { v: { $vne: '2' } }, { v: 2 }, false, true],
  ['groups are typed', { a: { $inGroup: 'plain' } }, { a: '5' }, false, false],
  ['a group that is not there', { a: { $notInGroup: 'gone' } }, { a: '5' }, true, true],
  ['a group of a later kind', { a: { $notInGroup: 'tomorrow' } }, { a: 1 }, false, false],
  ['a group of a later kind, turned round', { $not: { $savedGroup: { id: 'tomorrow' } } }, {}, true, false],
  ['a saved list', { $savedGroup: { id: 'list' } }, { country: 'NO' }, true, true],
  [
    'a saved list by another attribute',
    { $savedGroup: { id: 'list', attributeKey: 'home' } },
    { home: 'NO' },
    true,
    true,
  ],
  ['a group inside itself', { $savedGroup: { id: 'around' } }, {}, false, false],
  ['a malformed part that is reached', { $not: null }, {}, 'GENERAL', false],
  ['a malformed part that is not', { $or: [{ a: 1 }, { $not: null }] }, { a: 1 }, true, true],
  ['a malformed part turned round', { $not: { $not: null } }, {}, 'GENERAL', false],
  ['$elemMatch asks 0', { a: { $elemMatch: { $eq: 0 } } }, { a: [null, 0] }, true, true],
  ['$type of what is missing', { a: { $type: 'null' } }, {}, true, true],
  ['$type undefined', { a: { $type: 'undefined' } }, {}, false, false],
  ['no operators at all', { a: {} }, { a: 5 }, false, true],
  ['objects compare by the order of fields', { a: { b: 1, aa: 2 } }, { a: { b: 1, aa: 2 } }, true, true],
  ['and another order differs', { a: { b: 1, aa: 2 } }, { a: { aa: 2, b: 1 } }, false, false],
  ['inherited names are missing', { constructor: { $exists: true } }, {}, false, false],
  ['length of a list', { 'a.length': 2 }, { a: [1, 2] }, true, true],
  ['id is the targeting key where there is none', { id: 'u1' }, { targetingKey: 'u1' }, true, true],
];

test.each(surprises)('%s', (_, condition, attributes, in08, in012) => {
  expect([
    matches(condition, attributes, 'growthbook-1', groups),
    matches(condition, attributes, 'growthbook-2', groups),
  ]).toEqual([in08, in012]);
});

test('a coverage takes its own bucket in 0.8 only', () => {
  // bucket 0.934 of seed f: fnv1a32("u1f") mod 1000
  const bucketOf = (reference: Reference, coverage: number) =>
    decide({ features: { f: { rules: [{ force: 1, coverage }] } } }, 'f', { id: 'u1' }, reference).value ?? null;
  const edge = Array.from({ length: 1000 }, (_, i) => i / 1000).find(
    (coverage) => bucketOf('growthbook-1', coverage) === 1,
  );
  expect(edge).toBeGreaterThan(0);
  expect(bucketOf('growthbook-2', edge as number)).toBe(null);
  expect(bucketOf('growthbook-2', (edge as number) + 0.001)).toBe(1);
});

test('an id that is no text or number hashes in 0.8 only', () => {
  const payload = { features: { f: { defaultValue: 0, rules: [{ force: 1, coverage: 1 }] } } };
  for (const id of [true, ['a'], { a: 1 }]) {
    expect(decide(payload, 'f', { id } as never, 'growthbook-1').value).toBe(1);
    expect(decide(payload, 'f', { id } as never, 'growthbook-2').value).toBe(0);
  }
  for (const id of [0, '', null, false]) {
    expect(decide(payload, 'f', { id } as never, 'growthbook-1').value).toBe(0);
  }
});

test('the same parent twice is no cycle, and a cycle has no value', () => {
  const asks = (id: string) => ({ parentConditions: [{ id, condition: { value: true } }], force: true });
  const features = {
    p: { defaultValue: true },
    twice: {
      defaultValue: false,
      rules: [{ ...asks('p'), parentConditions: [...asks('p').parentConditions, ...asks('p').parentConditions] }],
    },
    a: { defaultValue: false, rules: [asks('b')] },
    b: { defaultValue: false, rules: [asks('a')] },
    gated: {
      defaultValue: true,
      rules: [{ parentConditions: [{ id: 'nowhere', condition: { value: true }, gate: true }], force: true }],
    },
  };
  for (const reference of ['growthbook-1', 'growthbook-2'] as const) {
    expect(decide({ features }, 'twice', {}, reference)).toMatchObject({ value: true, metadata: { source: 'force' } });
    const cyclic = decide({ features }, 'a', {}, reference);
    expect(cyclic.metadata).toEqual({ source: 'cyclicPrerequisite' });
    expect('value' in cyclic).toBe(false);
    expect(decide({ features }, 'gated', {}, reference)).toMatchObject({
      reason: 'TARGETING_MATCH',
      metadata: { source: 'prerequisite', prerequisite: 'nowhere' },
    });
  }
});

test('a holdout passes through to the next rule', () => {
  const rules = [
    {
      key: 'holdout',
      variations: ['held', 'free'],
      weights: [0, 1],
      meta: [{ key: 'h' }, { key: 'f', passthrough: true }],
    },
    { force: 'next' },
  ];
  expect(decide({ features: { f: { rules } } }, 'f', { id: 'u' }, 'growthbook-1').value).toBe('next');
});

test('what the SDKs keep beside the attributes comes as $growthbook', () => {
  const payload = {
    features: {
      f: {
        defaultValue: 'default',
        rules: [
          {
            id: 'fr_1',
            key: 'e',
            name: 'Exp',
            phase: '1',
            variations: ['a', 'b'],
            weights: [1, 0],
            meta: [{ key: 'ka' }, { key: 'kb', name: 'B' }],
          },
        ],
      },
    },
  };
  const served = (extras: object) => decide(payload, 'f', { id: 'u', $growthbook: extras }, 'growthbook-1');
  expect(served({})).toEqual({
    flagKey: 'f',
    value: 'a',
    variant: 'v2',
    reason: 'SPLIT',
    ruleId: 'fr_1',
    metadata: {
      source: 'experiment',
      ruleId: 'fr_1',
      experimentKey: 'e',
      experimentName: 'Exp',
      phase: '1',
      variationId: 0,
      variationKey: 'ka',
      inExperiment: true,
      hashUsed: true,
      hashAttribute: 'id',
    },
  });
  expect(served({ forcedVariations: { e: 1 } })).toMatchObject({
    value: 'b',
    reason: 'TARGETING_MATCH',
    metadata: { hashUsed: false, variationName: 'B' },
  });
  expect(served({ url: 'https://x.example/?e=1#e=0' }).value).toBe('b');
  expect(served({ qaMode: true }).value).toBe('default');
  expect(served({ enabled: false }).value).toBe('default');
  const assignments = { e__0: 'kb' };
  for (const stickyBucketAssignmentDocs of [
    { 'id||u': { attributeName: 'id', attributeValue: 'u', assignments } },
    [{ attributeName: 'id', attributeValue: 'u', assignments }],
  ]) {
    expect(served({ stickyBucketAssignmentDocs })).toMatchObject({ value: 'b', metadata: { stickyBucketUsed: true } });
  }
});

test('a single experiment gives the first variation to whoever is not in it', () => {
  const experiment = {
    key: 'exp',
    variations: ['control', 'new'],
    coverage: 0.2,
    weights: [0.5, 0.5],
    condition: { country: 'NO' },
  };
  const run = (id: string) => decide(experiment, 'exp', { id, country: 'NO' }, 'growthbook-1');
  const runs = Array.from({ length: 300 }, (_, i) => run(`u${i}`));
  const inside = runs.filter(({ metadata }) => metadata?.inExperiment === true);
  expect(inside.length).toBeGreaterThan(30);
  expect(inside.length).toBeLessThan(100);
  expect(inside.some(({ value }) => value === 'new')).toBe(true);
  expect(
    runs.filter(({ metadata }) => metadata?.inExperiment === false).every(({ value }) => value === 'control'),
  ).toBe(true);
  expect(
    decide({ ...experiment, status: 'draft' }, 'exp', { id: 'u', country: 'NO' }, 'growthbook-1').metadata,
  ).toMatchObject({ inExperiment: false, hashUsed: false });
  expect(
    decide({ ...experiment, coverage: 1, force: 1 }, 'exp', { id: 'u', country: 'NO' }, 'growthbook-1'),
  ).toMatchObject({ value: 'new', metadata: { hashUsed: false } });
});

test('a contextual bandit takes the weights of its leaf', () => {
  const payload = {
    features: { f: { rules: [{ contextualVariations: [0, 1], contextualBanditRef: 'b', weights: [1, 0] }] } },
    contextualBandits: {
      b: { banditVersion: 3, contexts: [{ leafId: 7, condition: { country: 'NO' }, weights: [0, 1] }] },
    },
  };
  for (const reference of ['growthbook-1', 'growthbook-2'] as const) {
    expect(decide(payload, 'f', { id: 'u', country: 'NO' }, reference)).toMatchObject({
      value: 1,
      metadata: { leafId: 7, banditVersion: 3, variationWeights: '[0,1]' },
    });
    expect(decide(payload, 'f', { id: 'u', country: 'SE' }, reference)).toMatchObject({
      value: 0,
      metadata: { leafId: -1, variationWeights: '[1,0]' },
    });
  }
});
