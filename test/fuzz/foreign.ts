import fc from 'fast-check';
import type { Json } from '../model/naive/document.ts';

const attributes = [
  'targetingKey',
  'userId',
  'id',
  'country',
  'age',
  'tags',
  'version',
  'ip',
  'user.name',
  'properties',
  '',
  'missing',
];
const scalars = fc.constantFrom<Json>(
  null,
  true,
  false,
  0,
  -1,
  1.5,
  7,
  1e21,
  '',
  'a',
  'on',
  'off',
  '1.2.3',
  '10.0.0.0/8',
  '2026-01-01',
  '^a',
);
const attribute = fc.constantFrom(...attributes);
const small = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { maxLength: 3 });
const dictionary = (names: readonly string[], value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 });

const base = { enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: 'off' };
const weights = fc.constantFrom(0, 0.5, 1, 50, 100, 1000, 1e308);

const unleashOperators = [
  'IN',
  'NOT_IN',
  'STR_STARTS_WITH',
  'STR_ENDS_WITH',
  'STR_CONTAINS',
  'NUM_EQ',
  'NUM_GT',
  'NUM_LTE',
].concat(['DATE_AFTER', 'DATE_BEFORE', 'SEMVER_EQ', 'SEMVER_GT', 'SEMVER_LT', 'REGEX', 'IN_CIDR']);

const unleashCondition = fc.record(
  {
    attr: fc.constantFrom(
      'userId',
      'sessionId',
      'remoteAddress',
      'currentTime',
      'country',
      'age',
      'version',
      'ip',
      'tags',
    ),
    op: fc.constantFrom(...unleashOperators),
    values: small(scalars.map((value) => (typeof value === 'string' ? value : String(value)))),
    not: fc.boolean(),
    ignoreCase: fc.boolean(),
  },
  { requiredKeys: ['attr', 'op', 'values'] },
);

const unleashRule = fc.record({
  if: small(fc.oneof(unleashCondition, fc.constant({ segment: 's' }))),
  rollout: fc.record({
    percent: fc.constantFrom(0, 50, 100, 33.333),
    by: fc.constantFrom(['userId'], ['userId', 'sessionId', '$random'], ['country']),
    seed: fc.constantFrom('g', 'é'),
  }),
  serve: fc.oneof(
    fc.constant('on'),
    fc.record({
      split: fc.array(
        fc.tuple(fc.constant('on'), weights, fc.record({ variant: fc.constant('v'), payload: fc.constant('p') })),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      by: fc.constantFrom(['userId', '$random'], ['country']),
      seed: fc.constant('g'),
    }),
  ),
});

function unleashFlag(semantics: string): fc.Arbitrary<Json> {
  return small(unleashRule).map(
    (rules) =>
      ({ ...base, key: 'f', semantics, rules: rules.map((rule, i) => ({ id: `r${i}`, ...rule })) }) as unknown as Json,
  );
}

const growthbookOperators =
  '$eq $ne $lt $lte $gt $gte $in $nin $ini $nini $all $alli $exists $regex $regexi $type $size $elemMatch $not $veq $vgt $vlte $inGroup $notInGroup $unknown'.split(
    ' ',
  );
const groups = ['$and', '$or', '$nor'];

const growthbookCondition = fc.letrec<{ asked: Json; condition: Json }>((tie) => ({
  asked: fc.oneof(
    { maxDepth: 3 },
    scalars,
    small(scalars),
    dictionary(growthbookOperators, tie('asked')),
    tie('condition'),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    dictionary(attributes, tie('asked')),
    fc.record({ $not: tie('condition') }),
    dictionary(groups, small(tie('condition'))),
    dictionary(['$savedGroups', '$savedGroup', '$expr'], scalars),
  ),
})).condition;

const numbersOfWeights = small(fc.constantFrom(0, 0.1, 0.5, 1, -1, 2));
const growthbookRule = fc.record(
  {
    condition: growthbookCondition,
    force: fc.boolean(),
    coverage: fc.constantFrom(0, 0.5, 1, 2, -1),
    hashAttribute: attribute,
    fallbackAttribute: attribute,
    hashVersion: fc.constantFrom(1, 2, 3),
    seed: fc.constantFrom('s', ''),
    key: fc.constantFrom('e', 'f'),
    variations: small(fc.boolean()),
    weights: numbersOfWeights,
    ranges: small(fc.tuple(fc.constantFrom(0, 0.5), fc.constantFrom(0.5, 1))),
    range: fc.tuple(fc.constantFrom(0, 0.5), fc.constantFrom(0.5, 1)),
    namespace: fc.tuple(fc.constant('n'), fc.constant(0), fc.constantFrom(0.5, 1)),
    filters: small(
      fc.record({
        seed: fc.constant('x'),
        ranges: fc.constant([[0, 0.5]]),
        attribute,
        hashVersion: fc.constantFrom(1, 2),
      }),
    ),
    meta: small(fc.record({ key: fc.constant('0'), passthrough: fc.boolean() })),
    parentConditions: small(
      fc.record({ id: fc.constantFrom('f', 'other', 'nobody'), condition: growthbookCondition, gate: fc.boolean() }),
    ),
    active: fc.boolean(),
    bucketVersion: fc.constantFrom(0, 1),
    minBucketVersion: fc.constantFrom(0, 1),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Json>;

function growthbookFlag(semantics: string): fc.Arbitrary<Json> {
  const feature = fc.record({ defaultValue: fc.boolean(), rules: small(growthbookRule) }, { requiredKeys: [] });
  return feature.map(
    (foreign) => ({ ...base, key: 'f', off: null, default: null, semantics, foreign }) as unknown as Json,
  );
}

const logicOperators =
  'if ?: == === != !== < <= > >= ! !! and or + - * / % min max cat substr in merge map filter reduce all none some var missing missing_some starts_with ends_with sem_ver fractional unknown'.split(
    ' ',
  );

/** Expressions of any operator over any arguments, most of them senseless. */
const logic = fc.letrec<{ expression: Json }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    { arbitrary: scalars, weight: 3 },
    { arbitrary: attribute.map((name) => ({ var: name })), weight: 3 },
    { arbitrary: fc.constantFrom<Json>({ var: '$flagd.timestamp' }, { var: ['tags', []] }, { var: '' }), weight: 1 },
    {
      arbitrary: fc
        .tuple(
          fc.constantFrom(...logicOperators),
          fc.oneof(fc.array(tie('expression'), { maxLength: 4 }), tie('expression')),
        )
        .map(([operator, args]): Json => ({ [operator]: args })),
      weight: 9,
    },
  ),
})).expression;

function flagdFlag(semantics: string): fc.Arbitrary<Json> {
  const variants = { on: true, off: false };
  const targeting = fc.oneof(
    logic,
    logic.map((asked): Json => ({ if: [asked, 'on', 'off'] })),
  );
  return fc
    .record(
      { state: fc.constantFrom('ENABLED', 'DISABLED'), defaultVariant: fc.constantFrom('on', 'off', null), targeting },
      { requiredKeys: ['state'] },
    )
    .map(
      (flag) =>
        ({ ...base, key: 'f', off: null, default: null, semantics, foreign: { ...flag, variants } }) as unknown as Json,
    );
}

const segments = { s: { key: 's', semantics: 'unleash', if: [{ attr: 'country', op: 'IN', values: ['a'] }] } };

/** Rulesets of a flag of another system, and one of ours that requires it. */
export const foreignRulesets: Readonly<Record<string, fc.Arbitrary<unknown>>> = Object.fromEntries(
  [
    ...['unleash', 'unleash-node'].map((name) => [name, unleashFlag(name)] as const),
    ...['growthbook-1', 'growthbook-2'].map((name) => [name, growthbookFlag(name)] as const),
    ...['flagd-1', 'flagd-2', 'flagd-3'].map((name) => [name, flagdFlag(name)] as const),
  ].map(([name, flag]) => [
    name,
    flag.map((f) => {
      const requires = [{ flag: 'f', variants: ['on'] }];
      return {
        format: 1,
        environment: 'fuzz',
        version: '1.a',
        flags: { f, ours: { ...base, key: 'ours', requires, default: 'on' } },
        segments,
      };
    }),
  ]),
);
