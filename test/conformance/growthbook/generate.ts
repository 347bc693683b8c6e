import fc from 'fast-check';

/** A payload and the contexts it is asked for, made so that every operator, hash and step is come by often. */
export interface FeatureSet {
  readonly payload: {
    readonly features: Record<string, Record<string, unknown>>;
    readonly savedGroups: Record<string, unknown>;
    readonly contextualBandits: Record<string, unknown>;
  };
  readonly contexts: readonly Asked[];
}

export interface Asked {
  readonly attributes: Record<string, unknown>;
  readonly url: string;
  readonly qaMode: boolean;
  readonly enabled: boolean;
  readonly forcedVariations: Record<string, number>;
  /** Assignments by `attribute||value`; undefined: sticky buckets are not in use. */
  readonly sticky:
    | Record<string, { attributeName: string; attributeValue: string; assignments: Record<string, string> }>
    | undefined;
}

/** What a peer is asked: where SDKs of one specification differ among themselves, it is not asked. */
export interface Dialect {
  /** Conditions of experiments; the Python SDK judges them before forced variations and sticky buckets, the others after. */
  readonly conditions: boolean;
  readonly sticky: boolean;
  /** The Python SDK passes over a rule that forces null, reads an empty attribute name, and has no hash version 0 in filters. */
  readonly python: boolean;
}

const KEYS = ['f1', 'f2', 'f3', 'f4', 'Fé🎉'];
const IDS = ['user-1', 'a', 'ü-7', '日本', '😀', '\ud83d\ude00x', 'Zoë Łódź', '42', 'ada@example.org', '\u007f', 'ẞ'];
const TEXTS = [
  '',
  'a',
  'A',
  'b',
  'é',
  'É',
  '5',
  '5.0',
  '8',
  '10',
  '9',
  '0',
  'true',
  'null',
  ' ',
  'ab',
  'Straße',
  'a1',
  'user-1',
  '日本',
];
const VERSIONS = [
  '1.2.3',
  'v1.2.3',
  '1-2-3',
  '1.2.3-beta',
  '1.2.3-Alpha',
  '1.2.3+b5',
  '2.0.0',
  '10.0.0',
  '1.2',
  '1.2.3.4',
  '1.2.3-rc.10',
  '1.2.3-rc.9',
  '',
  'x',
];
const NUMBERS = [0, 1, 5, 8, -1, 0.5, 10, 9, 1e21, 1e-7, 100000];
const PATTERNS = [
  '^a',
  'b+$',
  '[a-z]\\d*',
  '(a|é)',
  '(?=a)',
  '\\d',
  'null',
  '(',
  '^\\w+@example\\.org$',
  '.*',
  '^$',
  'a/b',
  '[^\\s]',
  '(a|b)*1',
  '(?<!a)b',
  'true',
];
const PATHS = [
  'id',
  'deviceId',
  'country',
  'age',
  'tags',
  'profile',
  'profile.level',
  'profile.tags',
  'tags.0',
  'tags.length',
  'version',
  'premium',
  'naïve',
  'missing',
];
const GROUPS = ['g1', 'g2', 'g3', 'g4', 'g5', 'gone'];

const scalar = fc.oneof(fc.constantFrom(...TEXTS), fc.constantFrom(...NUMBERS), fc.boolean(), fc.constant(null));
const object = fc.constantFrom<unknown>(
  { a: 1, b: 'x' },
  { bb: 'x', a: 1 },
  {},
  { level: 5, tags: ['a', 'b'] },
  { a: [{ c: 1, b: 2 }] },
);
/** What features serve: numbers that are exact. */
const served = fc.oneof(
  { weight: 8, arbitrary: scalar.filter((value) => value !== 1e21) },
  { weight: 2, arbitrary: object },
);
const anything = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 4 }) },
  { weight: 1, arbitrary: object },
);
const version = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...VERSIONS) }, { weight: 2, arbitrary: scalar });

/** Conditions; `depth` keeps them small. */
function conditions(): fc.Arbitrary<Record<string, unknown>> {
  const { condition } = fc.letrec<{
    condition: Record<string, unknown>;
    operand: unknown;
    operators: Record<string, unknown>;
  }>((tie) => ({
    operators: fc.oneof(
      ...['$eq', '$ne', '$lt', '$lte', '$gt', '$gte'].map((name) =>
        named(name, fc.oneof({ weight: 5, arbitrary: scalar }, { weight: 1, arbitrary: anything })),
      ),
      ...['$veq', '$vne', '$vlt', '$vlte', '$vgt', '$vgte'].map((name) => named(name, version)),
      ...['$in', '$nin', '$ini', '$nini'].map((name) =>
        named(
          name,
          fc.oneof({ weight: 8, arbitrary: fc.array(anything, { maxLength: 5 }) }, { weight: 1, arbitrary: scalar }),
        ),
      ),
      ...['$all', '$alli'].map((name) =>
        named(
          name,
          fc.oneof(
            { weight: 8, arbitrary: fc.array(fc.oneof(scalar, tie('operators')), { maxLength: 3 }) },
            { weight: 1, arbitrary: scalar },
          ),
        ),
      ),
      ...['$inGroup', '$notInGroup'].map((name) => named(name, fc.constantFrom(...GROUPS))),
      ...['$regex', '$regexi'].map((name) =>
        named(
          name,
          fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PATTERNS) }, { weight: 1, arbitrary: fc.constant(5) }),
        ),
      ),
      named('$exists', fc.constantFrom<unknown>(true, false, 0, 1)),
      named('$type', fc.constantFrom('string', 'number', 'boolean', 'array', 'object', 'null', 'undefined', 'nothing')),
      named('$not', tie('operand')),
      named('$size', fc.oneof(fc.nat(3), tie('operators'))),
      named('$elemMatch', fc.oneof(tie('operators'), tie('condition'))),
      { weight: 1, arbitrary: named('$frobnicate', scalar) },
      fc.tuple(tie('operators'), tie('operators')).map(([one, other]) => ({ ...one, ...other })),
    ),
    operand: fc.oneof({ maxDepth: 3 }, anything, tie('operators')),
    condition: fc.oneof(
      { maxDepth: 3 },
      {
        weight: 8,
        arbitrary: fc.tuple(fc.constantFrom(...PATHS), tie('operand')).map(([path, operand]) => ({ [path]: operand })),
      },
      { weight: 1, arbitrary: named('$savedGroup', reference) },
      { weight: 1, arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((list) => Object.assign({}, ...list)) },
      ...['$or', '$nor', '$and'].map((name) => ({
        weight: 1,
        arbitrary: named(name, fc.array(tie('condition'), { maxLength: 3 })),
      })),
      { weight: 1, arbitrary: named('$not', tie('condition')) },
      // what is no condition at all
      {
        weight: 1,
        arbitrary: fc.constantFrom<Record<string, unknown>>({ $not: null }, { $or: null }, { $and: [null] }),
      },
    ),
  }));
  return condition;
}

function named(name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return value.map((operand) => ({ [name]: operand }));
}

const reference = fc.oneof(
  { weight: 8, arbitrary: fc.record({ id: fc.constantFrom(...GROUPS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      id: fc.constantFrom(...GROUPS),
      attributeKey: fc.constantFrom<unknown>('country', 'profile.level', 'tags', 5),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>('g1', { id: 5 }, []) },
);

function savedGroups(condition: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const list = fc.array(scalar, { maxLength: 5 });
  const group = fc.oneof<fc.Arbitrary<unknown>[]>(
    list,
    fc.record({
      type: fc.constant('list'),
      attributeKey: fc.constantFrom<unknown>('country', 'id', 'tags', undefined),
      values: list,
    }),
    fc.record({ type: fc.constant('condition'), condition }),
    fc.constantFrom<unknown>({ type: 'remote' }, { type: 'list', attributeKey: 'id' }, { type: 'condition' }, null),
  );
  return fc.record(Object.fromEntries(GROUPS.slice(0, 5).map((id) => [id, group])), { requiredKeys: [] });
}

const share = fc.oneof(
  fc.constantFrom(0, 1, 0.5, 0.1, 0.001, 0.3333, 0.123),
  fc.nat(1000).map((n) => n / 1000),
);
const range = fc.tuple(share, share).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const hashVersion = fc.constantFrom(1, 2, 2, 3, 0);
const seed = fc.constantFrom('', 'seed', 'sëed-🎲', 's2');
const HASH_ATTRIBUTES = ['id', 'id', 'id', 'id', 'deviceId', 'deviceId', 'country', 'age', 'missing'];
function parents(condition: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const asked = fc.oneof(
    fc
      .oneof(scalar, fc.constantFrom<unknown>({ $exists: true }, { $gt: 0 }, { $in: ['a', true, 5] }))
      .map((value) => ({ value })),
    condition,
    fc.constant({}),
  );
  return fc.array(
    fc.record(
      { id: fc.constantFrom(...KEYS, 'nowhere'), condition: asked, gate: fc.boolean() },
      { requiredKeys: ['id', 'condition'] },
    ),
    { maxLength: 2 },
  );
}

const phrase = fc.constantFrom('x', 'two', 'Phäse');

function rules(
  dialect: Dialect,
  condition: fc.Arbitrary<Record<string, unknown>>,
): fc.Arbitrary<Record<string, unknown>> {
  const value = served;
  const { python, sticky } = dialect;
  const forced = python ? value.filter((one) => one !== null) : value;
  const hashAttribute = fc.constantFrom(...HASH_ATTRIBUTES, ...(python ? [] : ['']));
  const filter = fc.record(
    {
      seed,
      ranges: fc.array(range, { maxLength: 3 }),
      hashVersion: python ? hashVersion.filter((one) => one !== 0) : hashVersion,
      attribute: hashAttribute,
    },
    { requiredKeys: ['seed', 'ranges'] },
  );
  const common = {
    id: fc.constantFrom('', 'fr_1', 'r-2'),
    parentConditions: mostly([], 8, parents(condition)),
    filters: mostly([], 3, fc.array(filter, { maxLength: 2 })),
    seed,
    hashAttribute,
    hashVersion,
  };
  const asked = mostly({}, 1, condition);
  const force = fc.record(
    { ...common, force: forced, condition: asked, coverage: share, range },
    { requiredKeys: ['force'] },
  );
  const meta = fc.array(
    fc.record(
      { key: fc.constantFrom('c', 'v1', 'v2', ''), name: phrase, passthrough: fc.boolean() },
      { requiredKeys: [] },
    ),
    { minLength: 4, maxLength: 4 },
  );
  const variations = fc.array(value, { minLength: 1, maxLength: 4 });
  const weights = fc.constantFrom(
    [0.5, 0.5],
    [0.1, 0.9],
    [0.3, 0.3, 0.4],
    [0.2, 0.2],
    [0, 1],
    [0.25, 0.25, 0.25, 0.25],
    [0.333, 0.333, 0.334],
  );
  const arms = {
    ...common,
    ...(dialect.conditions && { condition: asked }),
    // without a fallback the Python SDK looks for no second document
    ...(python && sticky && { hashAttribute: fc.constant('id') }),
    variations,
    weights,
    meta,
    coverage: mostly(1, 1, share),
    ranges: mostly(
      [
        [0, 0.5],
        [0.5, 1],
      ],
      2,
      fc.array(range, { maxLength: 4 }),
    ),
    namespace: mostly(['n', 0, 1], 2, fc.tuple(seed, share, share)),
    name: phrase,
    phase: phrase,
    // the Python SDK writes the fallback's document into the first one, and later rules find it there
    fallbackAttribute: python && sticky ? fc.constant('country') : fc.constantFrom('deviceId', 'country'),
    disableStickyBucketing: fc.boolean(),
    versions: fc.tuple(fc.nat(2), fc.nat(2)),
  };
  const experiment = fc.record(arms, { requiredKeys: ['variations'] });
  const { variations: _, ...bare } = arms;
  const bandit = fc.record(
    { ...bare, contextualVariations: variations, contextualBanditRef: fc.constantFrom('b1', 'b2', 'b3') },
    { requiredKeys: ['contextualVariations', 'contextualBanditRef'] },
  );
  return fc.oneof(
    { weight: 5, arbitrary: force },
    { weight: 5, arbitrary: experiment },
    { weight: 1, arbitrary: bandit },
    { weight: 1, arbitrary: fc.record(common, { requiredKeys: [] }) },
  );
}

/** One value that many times as often as another. */
function mostly<Value>(value: Value, times: number, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: times, arbitrary: fc.constant<unknown>(value) }, { weight: 1, arbitrary: other });
}

function bandits(condition: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const context = fc.record(
    { leafId: fc.nat(5), condition, weights: fc.constantFrom([0.5, 0.5], [1, 0], [0.2, 0.3, 0.5]) },
    { requiredKeys: ['leafId', 'weights'] },
  );
  const bandit = fc.record(
    { banditVersion: fc.nat(9), contexts: fc.array(context, { maxLength: 3 }) },
    { requiredKeys: [] },
  );
  return fc.record({ b1: bandit, b2: bandit }, { requiredKeys: [] });
}

function asked({ sticky: isSticky, conditions: hasConditions, python }: Dialect): fc.Arbitrary<Asked> {
  const list = fc.array(scalar, { maxLength: 4 });
  const attributes = fc.record(
    {
      id: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...IDS) }, { weight: 2, arbitrary: anything }),
      deviceId: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...IDS) }, { weight: 1, arbitrary: anything }),
      country: anything,
      age: fc.oneof(fc.constantFrom(...NUMBERS), anything),
      tags: fc.oneof(list, anything),
      profile: fc.oneof(object, fc.record({ level: anything, tags: list }, { requiredKeys: [] }), scalar),
      version,
      premium: fc.oneof(fc.boolean(), anything),
      naïve: anything,
    },
    { requiredKeys: [] },
  );
  const assignments = fc.dictionary(
    fc
      .tuple(fc.constantFrom(...KEYS.flatMap((key) => [0, 1, 2].map((rule) => `${key}-${rule}`))), fc.nat(2))
      .map(([key, at]) => `${key}__${at}`),
    fc.constantFrom('c', 'v1', 'v2', '0', 'gone'),
    { maxKeys: 8 },
  );
  return fc
    .tuple(
      attributes,
      fc.record({
        url: fc.constantFrom('', '', '', '/?f1-0=1', 'http://x.example/?f2-0=0&f1-1=1#f', '?f1-0=7&f1-0=1'),
        qaMode: fc.constantFrom(false, false, false, false, true),
        enabled: fc.constantFrom(true, true, true, true, false),
        forcedVariations: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.constantFrom<Record<string, number>>({ 'f1-0': 1 }, { 'f2-1': 5, 'f3-0': 0 }) },
        ),
      }),
      isSticky ? fc.option(fc.tuple(assignments, assignments), { freq: 2, nil: undefined }) : fc.constant(undefined),
    )
    .map(([own, extras, sticky]) => ({
      attributes: own,
      ...extras,
      ...(python && hasConditions && { url: '', forcedVariations: {} }),
      sticky: sticky && documents(own, sticky),
    }));
}

/** Documents of the two attributes that experiments ask for most. */
function documents(
  attributes: Record<string, unknown>,
  [first, second]: readonly [Record<string, string>, Record<string, string>],
): NonNullable<Asked['sticky']> {
  const docs: NonNullable<Asked['sticky']> = {};
  for (const [name, assignments] of [
    ['id', first],
    ['deviceId', second],
  ] as const) {
    const value = attributes[name];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    docs[`${name}||${value}`] = { attributeName: name, attributeValue: String(value), assignments };
  }
  return docs;
}

/** Sets of features that ask for each other, cycles included; experiments are named after their place. */
export function featureSets(dialect: Dialect, contexts: number): fc.Arbitrary<FeatureSet> {
  const condition = conditions();
  const rule = rules(dialect, condition);
  const feature = fc.record(
    { defaultValue: served, rules: fc.array(rule, { minLength: 1, maxLength: 4, size: 'max' }) },
    { requiredKeys: ['rules'] },
  );
  const features = fc.tuple(...KEYS.map(() => fc.option(feature, { freq: 8, nil: undefined }))).map((list) => {
    const present = KEYS.flatMap((key, i) => (list[i] === undefined ? [] : [[key, withKeys(key, list[i])] as const]));
    return Object.fromEntries(present);
  });
  const payload = fc.record({ features, savedGroups: savedGroups(condition), contextualBandits: bandits(condition) });
  const set = fc.record({ payload, contexts: fc.array(asked(dialect), { minLength: contexts, maxLength: contexts }) });
  return set.map((made) => JSON.parse(JSON.stringify(made)) as FeatureSet);
}

/** A peer keeps what it assigned while it decides, so no two experiments share a key; one rule has none. */
function withKeys(
  key: string,
  feature: { defaultValue?: unknown; rules?: Record<string, unknown>[] },
): Record<string, unknown> {
  const { rules: list } = feature;
  return {
    ...feature,
    ...(list && { rules: list.map(withVersions).map((rule, i) => (i < 3 ? { ...rule, key: `${key}-${i}` } : rule)) }),
  };
}

/** A bucket that is just given must not be blocked: a peer may ask the same feature twice on the way to another. */
function withVersions({ versions, ...rule }: Record<string, unknown>): Record<string, unknown> {
  if (versions === undefined) return rule;
  const [least, more] = versions as [number, number];
  return { ...rule, minBucketVersion: least, bucketVersion: least + more };
}
