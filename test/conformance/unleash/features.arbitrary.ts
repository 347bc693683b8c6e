import type { EvaluationContext } from '@burgee/evaluator';
import fc from 'fast-check';

/** A document of Unleash's clients, and contexts to decide it for. */
export interface FeatureSet {
  readonly state: { readonly version: 2; readonly features: readonly unknown[]; readonly segments: readonly unknown[] };
  readonly names: readonly string[];
  readonly contexts: readonly EvaluationContext[];
}

const NAMES = ['alpha', 'beta.two', 'Gamma', 'delta-4', 'épsilon', 'zeta 旗'];
const FIELDS = ['userId', 'sessionId', 'remoteAddress', 'environment', 'appName', 'plan', 'größe', 'version', 'age'];
const IDS = ['1', '7', '123', 'user-1', 'user-2', 'Anna', 'ünïcode', '日本', '😀x', 'a b', ' anna', 'anna ', ''];
const ADDRESSES = [
  '10.0.0.1',
  '10.0.1.255',
  '192.168.1.7',
  '::1',
  '2001:db8::7',
  '::ffff:10.0.0.1',
  'host',
  '10.0.0',
  '',
];
const VERSIONS = ['1.0.0', '1.2.3', '1.2.3-beta.2', '1.2.3-beta.11', '1.2.3+b', '2.0.0', 'v1.2.3', '1.2', '01.2.3', ''];
const NUMBERS = ['0', '5', '5.0', '-1', '4.5', '1e3', ' 5', '', 'abc', '0x10', 'Infinity', '.5', '5.'];
const DATES = ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.000Z', '2022-06-01T12:00:00+02:00', '2099-12-31T23:59:59Z'];

const { constantFrom: from, option } = fc;
const perhaps = <Value>(value: fc.Arbitrary<Value>, freq = 3) => option(value, { nil: undefined, freq });
const flagged = fc.boolean();

/** Values that fit an operator, and some that do not. */
function constraint(isNode: boolean): fc.Arbitrary<unknown> {
  const listed = (ops: string[], values: readonly string[]) =>
    fc.record({ operator: from(...ops), values: fc.array(from(...values), { maxLength: 4 }) });
  const single = (ops: string[], values: readonly string[]) =>
    fc.record({ operator: from(...ops), value: perhaps(from(...values), 20), values: fc.constant([]) });
  const named = <Value extends object>(fields: readonly string[], rest: fc.Arbitrary<Value>) =>
    fc.tuple(from(...fields), flagged, flagged, rest).map(([contextName, inverted, caseInsensitive, part]) => {
      return { contextName, inverted, caseInsensitive, ...part };
    });
  const texts = [...IDS, 'ANNA', 'USER', 'ÜN', 'pro', 'Pro'];
  const dates = isNode ? [...DATES, '2022-06-01', 'soon'] : [...DATES, 'soon', '2022-06-01'];
  return fc.oneof(
    { weight: 5, arbitrary: named(FIELDS, listed(['IN', 'NOT_IN'], [...texts, ...ADDRESSES])) },
    { weight: 4, arbitrary: named(FIELDS, listed(['STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS'], texts)) },
    {
      weight: 3,
      arbitrary: named(['age', 'userId'], single(['NUM_EQ', 'NUM_GT', 'NUM_GTE', 'NUM_LT', 'NUM_LTE'], NUMBERS)),
    },
    { weight: 2, arbitrary: named(['currentTime'], single(['DATE_AFTER', 'DATE_BEFORE'], dates)) },
    {
      weight: 3,
      arbitrary: named(
        ['version'],
        single(['SEMVER_EQ', 'SEMVER_GT', 'SEMVER_GTE', 'SEMVER_LT', 'SEMVER_LTE'], VERSIONS),
      ),
    },
    { weight: 2, arbitrary: named(FIELDS, single(['REGEX'], ['^a', '[0-9]+$', '(?i)ANNA', 'x(?=y)', '(', '^$', 'ü'])) },
    {
      weight: 2,
      arbitrary: named(
        ['remoteAddress', 'plan'],
        listed(
          ['IN_CIDR'],
          [...ADDRESSES, '10.0.0.0/8', '10.0.0.9/24', '2001:db8::/32', '0.0.0.0/0', '::/0', '10.0.0.0/33'],
        ),
      ),
    },
    { weight: 1, arbitrary: named(FIELDS, listed(['SOUNDS_LIKE'], IDS)) },
  );
}

function variants(isNode: boolean): fc.Arbitrary<unknown[]> {
  const weights = isNode ? [0, 1, 2, 3, 100, 250, 333, 500, 999, 1000, 0.5, 33.3] : [0, 1, 2, 333, 500, 1000];
  const variant = fc.record(
    {
      name: from('red', 'blue', 'grün', 'disabled'),
      weight: from(...weights),
      stickiness: from('default', 'random', 'userId', 'plan', 'größe'),
      payload: fc.oneof(
        fc.record({ type: fc.constant('string'), value: from('a', 'b', '') }),
        fc.record({ type: fc.constant('number'), value: from('1', '2.5', 'x') }),
        fc.record({ type: fc.constant('json'), value: from('{"a":1}', '[1,2]', 'null', '{') }),
      ),
      overrides: fc.array(
        fc.record({ contextName: from('userId', 'plan'), values: fc.array(from(...IDS), { maxLength: 3 }) }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['name', 'weight'] },
  );
  // The core fails where weights sum to 0, which is no decision.
  const isFair = (list: readonly { readonly weight: number }[]) =>
    isNode || list.every(({ weight }) => weight === 0) === false;
  return fc.array(variant, { maxLength: 4 }).filter((list) => list.length === 0 || isFair(list));
}

function strategy(isNode: boolean): fc.Arbitrary<unknown> {
  const odd = isNode ? ['33.3', '0.5', '-1', '101', 'x', ''] : ['x'];
  const whole = fc.integer({ min: 0, max: 100 }).map(String);
  const percent = fc.oneof({ weight: 3, arbitrary: whole }, { weight: 1, arbitrary: from('100', ...odd) });
  const groupId = isNode
    ? perhaps(from('group', 'grüppe', 'alpha', ''), 8)
    : perhaps(from('group', 'grüppe', 'alpha'), 8);
  const list = fc
    .array(from(...IDS, ...ADDRESSES), { maxLength: 4 })
    .chain((ids) => from(', ', ',', ' , ').map((by) => ids.join(by)));
  const networks = fc
    .array(from(...ADDRESSES, '10.0.0.0/8', '10.0.1.0/24', '2001:db8::/32'), { maxLength: 4 })
    .map((ids) => ids.join(', '));
  const stickiness = perhaps(from('default', 'random', 'userId', 'sessionId', 'plan', 'größe', 'environment'), 8);
  const parameters = fc.oneof(
    fc.record({ name: fc.constant('default'), parameters: fc.constant({}) }),
    fc.record({ name: fc.constant('userWithId'), parameters: fc.record({ userIds: list }) }),
    fc.record({ name: fc.constant('remoteAddress'), parameters: fc.record({ IPs: networks }) }),
    fc.record({
      name: from('gradualRolloutUserId', 'gradualRolloutSessionId', 'gradualRolloutRandom'),
      parameters: fc.record({ percentage: percent, groupId }),
    }),
    fc.record({
      name: fc.constant('flexibleRollout'),
      parameters: fc.record({ rollout: percent, stickiness, groupId }),
    }),
    fc.record({
      name: fc.constant('flexibleRollout'),
      parameters: fc.record({ rollout: percent, stickiness, groupId }),
    }),
    fc.record({ name: fc.constant('ownStrategy'), parameters: fc.record({ any: list }) }),
  );
  return fc
    .tuple(
      parameters,
      fc.array(constraint(isNode), { maxLength: 2 }),
      fc.array(from(1, 2, 3, 3, 9), { maxLength: 1 }),
      perhaps(variants(isNode), 6),
    )
    .map(([base, constraints, segments, own]) => ({ ...base, constraints, segments, variants: own }));
}

function feature(name: string, isNode: boolean): fc.Arbitrary<unknown> {
  const dependency = fc.record(
    {
      feature: from(...NAMES, 'missing'),
      enabled: flagged,
      variants: fc.array(from('red', 'blue', 'disabled'), { maxLength: 2 }),
    },
    { requiredKeys: ['feature'] },
  );
  return fc.record({
    name: fc.constant(name),
    enabled: from(true, true, true, true, false),
    strategies: fc.array(strategy(isNode), { maxLength: 3 }),
    variants: variants(isNode),
    dependencies: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(dependency, { maxLength: 2 }) },
    ),
  });
}

function context(isNode: boolean): fc.Arbitrary<EvaluationContext> {
  const times = [...DATES, '2020-01-01T00:00:00.001Z', '2022-06-01T10:00:00Z', '2022-06-01T10:00:01Z', 'never'];
  const scalar = isNode
    ? fc.oneof(from(...IDS), from(0, 5, -1, 4.5, true, false, null))
    : fc.oneof(from(...IDS), from(5, 4.5, true, null));
  const properties = fc.record(
    {
      plan: fc.oneof(from('pro', 'Pro', 'free', ...ADDRESSES), scalar),
      größe: scalar,
      version: from(...VERSIONS, '3.0.0-rc'),
      age: fc.oneof(from(...NUMBERS, '6'), scalar),
    },
    { requiredKeys: [] },
  );
  return fc.record(
    {
      userId: fc.oneof(
        from(...IDS),
        fc.nat().map((id) => `user-${id}`),
        fc.string({ unit: 'grapheme' }),
      ),
      sessionId: fc.oneof(from(...IDS), fc.nat().map(String)),
      remoteAddress: from(...ADDRESSES, '10.0.0.9', '2001:db8::1'),
      environment: from('dev', 'prod', ''),
      appName: from('shop', 'Anna'),
      currentTime: from(...times),
      properties,
    },
    { requiredKeys: [] },
  );
}

/** Features of all kinds that name each other and some segments. */
export function featureSet(isNode: boolean, contextCount: number): fc.Arbitrary<FeatureSet> {
  const segments = [1, 2, 3].map((id) =>
    fc.array(constraint(isNode), { maxLength: 2 }).map((constraints) => ({ id, name: `segment ${id}`, constraints })),
  );
  return fc
    .tuple(
      fc.tuple(...NAMES.map((name) => feature(name, isNode))),
      fc.tuple(...segments),
      fc.array(context(isNode), { minLength: contextCount, maxLength: contextCount }),
    )
    .map(([features, made, contexts]) => ({
      // As it travels: without what is undefined.
      ...JSON.parse(JSON.stringify({ state: { version: 2, features, segments: made }, contexts })),
      names: NAMES,
    }));
}
