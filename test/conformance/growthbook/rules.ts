import fc from 'fast-check';
import type { Dialect } from './dialect.ts';
import { KEYS, scalar, served } from './values.ts';

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

export function rules(
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

export function bandits(condition: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
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
