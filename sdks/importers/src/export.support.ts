import type { Condition, EvaluationContext, Flag, Rule, Ruleset } from '@burgee/evaluator';
import fc from 'fast-check';

const word = fc.constantFrom('NO', 'SE', 'pro', 'Zoë', 'a');
const attribute = fc.constantFrom('country', 'plan');

const conditions = fc.letrec<{ one: Condition; some: Condition[] }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 2 },
    fc.record({
      attr: attribute,
      op: fc.constantFrom('in', 'starts_with', 'ends_with', 'contains'),
      values: fc.array(word, { minLength: 1, maxLength: 3 }),
      not: fc.boolean(),
    }),
    fc.record({
      attr: fc.constant('age'),
      op: fc.constantFrom('number_eq', 'number_gt', 'number_gte', 'number_lt', 'number_lte'),
      values: fc.constantFrom([18], [0], [-1.5]),
      not: fc.boolean(),
    }),
    fc.record({
      attr: fc.constant('version'),
      op: fc.constantFrom('semver_eq', 'semver_gt', 'semver_gte', 'semver_lt', 'semver_lte'),
      values: fc.constantFrom(['1.2.3'], ['2.0.0-rc.1']),
    }),
    fc.record({ attr: fc.constant('beta'), op: fc.constant('equals'), values: fc.constantFrom([true], [false]) }),
    fc.record({
      attr: fc.constant('now'),
      op: fc.constantFrom('date_before', 'date_after'),
      values: fc.constantFrom(['2026-06-01T00:00:00Z'], ['2030-01-01T00:00:00Z']),
    }),
    fc.record({ attr: fc.constant('plan'), op: fc.constant('exists'), not: fc.boolean() }),
    fc.record({
      attr: fc.constant('tags'),
      op: fc.constantFrom('has_any', 'has_all'),
      values: fc.array(word, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ segment: fc.constant('staff'), not: fc.boolean() }),
    tie('some').map((all) => ({ all })),
    tie('some').map((any) => ({ any })),
    tie('some').map((none) => ({ none })),
  ) as fc.Arbitrary<Condition>,
  some: fc.array(tie('one'), { maxLength: 2 }),
}));

const serve = fc.oneof(
  fc.constantFrom('on', 'off', null),
  fc.record({
    split: fc.integer({ min: 0, max: 100_000 }).map(
      (on) =>
        [
          ['on', on],
          ['off', 100_000 - on],
        ] as const,
    ),
  }),
  fc.record({
    split: fc.constant([
      ['off', 25_000],
      ['on', 75_000],
    ] as const),
    by: fc.constantFrom(['plan'], ['plan', 'targetingKey']),
    seed: fc.constant('dice'),
  }),
);

const rollout = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(undefined, 0, 100, 12.5) },
  {
    weight: 4,
    arbitrary: fc.record({
      percent: fc.constantFrom(0, 50, 100),
      by: fc.constantFrom(['plan'], ['country', 'plan']),
      seed: fc.constant('half'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ from: 0, to: 100, start: '2026-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z' }),
  },
);

const rules = fc
  .array(fc.tuple(fc.array(conditions.one, { maxLength: 2 }), rollout, serve), { maxLength: 3 })
  .map((all) =>
    all.map(
      ([asked, share, served], i): Rule => ({
        id: `r${i}`,
        ...(asked.length > 0 && { if: asked }),
        ...(share !== undefined && { rollout: share }),
        serve: served,
      }),
    ),
  );

const values = fc.constantFrom(
  { type: 'boolean', variants: { on: true, off: false } } as const,
  { type: 'float', variants: { on: 1, off: 2 } } as const,
  { type: 'object', variants: { on: { a: 1 }, off: {} } } as const,
);

const flags = fc
  .record({
    value: values,
    enabled: fc.constantFrom(true, true, true, false),
    off: fc.constantFrom('off', null),
    rules,
    default: serve,
    salt: fc.constantFrom(undefined, 'salt'),
  })
  .map(
    ({ value, rules: some, salt, ...rest }): Omit<Flag, 'key'> => ({
      ...value,
      ...rest,
      ...(some.length > 0 && { rules: some }),
      ...(salt !== undefined && { salt }),
    }),
  );

/** Rulesets of Burgee's own semantics. */
export const rulesets: fc.Arbitrary<Ruleset> = fc.array(flags, { minLength: 3, maxLength: 3 }).map((some) => ({
  format: 1,
  environment: 'e',
  version: '1',
  flags: Object.fromEntries(some.map((flag, i) => [`flag-${i}`, { key: `flag-${i}`, ...flag }])),
  segments: {
    staff: {
      key: 'staff',
      include: ['ada', 'Zoë'],
      exclude: ['eve'],
      if: [{ attr: 'plan', op: 'in', values: ['pro'] }],
    },
  },
}));

/** Contexts whose attributes have the types that the conditions ask for. */
export const contexts: fc.Arbitrary<EvaluationContext> = fc.record(
  {
    targetingKey: fc.oneof(fc.constantFrom('ada', 'eve', 'Zoë', '日本', ''), fc.uuid()),
    country: word,
    plan: word,
    age: fc.constantFrom(0, 18, -1.5, 40, -3),
    version: fc.constantFrom('1.2.3', '2.0.0', '1.2.3-rc.1', '2.0.0-rc.1'),
    beta: fc.boolean(),
    tags: fc.array(word, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
