import { type Flag, outcomes, type Ramp, type Semantics } from '@burgee/evaluator';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { unleash } from '@burgee/evaluator/unleash';
import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from './condition-documents.ts';
import { goodFlag } from './documents.ts';

const cases = Number(process.env.BURGEE_MODEL_CASES ?? 1000);
const seed = Number(process.env.BURGEE_MODEL_SEED ?? 20261201);
let database: ThrowawayDatabase;
beforeAll(async () => {
  database = await throwawayDatabase();
});
afterAll(() => database.drop());

interface Case {
  readonly flag: Flag;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Sets of values as texts, in one order; null: unknown. */
async function outcomesInSql(asked: readonly Case[]): Promise<(string[] | null)[]> {
  const rows = await database.sql<{ values: unknown[] | null }>(
    `select burgee.outcomes(
       jsonb_populate_record(null::burgee.flag, flag),
       jsonb_populate_record(null::burgee.flag_setting, setting),
       timestamptz 'epoch' + now * interval '1 millisecond') as values
     from jsonb_to_recordset($1::jsonb) as asked (nr int, now float8, flag jsonb, setting jsonb)
     order by nr`,
    [JSON.stringify(asked.map(({ flag, now }, nr) => ({ nr, now, ...rowsOf(flag) })))],
  );
  return rows.map(({ values }) => values && asSet(values));
}

function rowsOf({ key, type, variants, ...setting }: Flag) {
  const { enabled, off: off_variant, rules, default: default_serve, semantics, foreign: foreign_rule } = setting;
  return {
    flag: { key, value_type: type, variants },
    setting: { enabled, off_variant, rules, default_serve, semantics, foreign_rule },
  };
}

function outcomesOf({ flag, now }: Case): string[] | null {
  const found = semanticsOf(flag)?.outcomes?.(flag, now) ?? outcomes(flag, now);
  return found.unknown ? null : asSet(found.outcomes.map(({ value }) => value ?? null));
}

function semanticsOf({ semantics = 'burgee-1' }: Flag): Semantics | undefined {
  return [unleash, growthbook1, flagd2].find(({ name }) => name.split('-')[0] === semantics.split('-')[0]);
}

function asSet(values: readonly unknown[]): string[] {
  return [...new Set(values.map(sortedText))].sort();
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** At the edges of a ramp; while one runs the database knows both sides of it, and the evaluator its share. */
function casesOf(flag: Flag): Case[] {
  const ramps = (flag.rules ?? [])
    .map(({ rollout }) => rollout)
    .filter((rollout): rollout is Ramp => typeof rollout === 'object' && 'start' in rollout)
    .map(({ start, end }) => ({ start: Date.parse(start), end: Date.parse(end) }));
  const edges = ramps.flatMap(({ start, end }) => [start - 1, end]);
  return [Date.UTC(2026, 10, 21), ...edges]
    .filter((now) => !ramps.some(({ start, end }) => start <= now && now < end))
    .map((now) => ({ flag, now }));
}

const by = fc.subarray(['userId', '$random'], { minLength: 1 });
/** Rules for everyone are rare among those made by chance. */
const rollout = fc.oneof(fc.constant(100), fc.record({ percent: fc.constant(100), by }, { requiredKeys: ['percent'] }));
const common = fc
  .tuple(
    goodFlag.filter((flag) => !('foreign' in (flag as object))),
    fc.option(rollout, { nil: undefined }),
  )
  .map(([flag, rollout]) => {
    const { requires: _, rules = [], ...rest } = flag as unknown as Flag;
    const forAll = rules.map((rule) => ({ ...rule, if: [], requires: [], rollout: rollout ?? 0 }));
    return { ...rest, rules: rollout === undefined ? rules : forAll };
  });

test('database and evaluator know the same outcomes of flags that follow the common type', async () => {
  const asked = fc.sample(common, { numRuns: cases, seed }).flatMap(casesOf);
  const inSql = await outcomesInSql(asked);
  for (const [nr, one] of asked.entries()) expect(inSql[nr], JSON.stringify(one)).toEqual(outcomesOf(one));
  expect(inSql.filter((values) => values?.length === 1).length / asked.length).toBeGreaterThan(0.3);
}, 120_000);

const variants = { v1: 'A', v2: 'B' };
const definition = (given: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(given, { requiredKeys: [] }) as unknown as fc.Arbitrary<{ readonly [field: string]: Json }>;
const foreign = fc
  .oneof(
    fc.tuple(
      fc.constant('growthbook-1'),
      definition({
        defaultValue: fc.constantFrom('A', 'B', 'C', null),
        rules: fc.constantFrom([], null, [{ force: 'B' }], [{ force: 'B', condition: { a: 1 } }]),
      }),
    ),
    fc.tuple(
      fc.constant('flagd-2'),
      definition({
        defaultVariant: fc.constantFrom('v1', 'v2', 'v3', '', null),
        targeting: fc.constantFrom({}, null, { if: [{ '==': [{ var: 'a' }, 1] }, 'v2'] }),
      }),
    ),
  )
  .chain(([semantics, foreign]) =>
    fc.record({ semantics: fc.constant(semantics), foreign: fc.constant(foreign), enabled: fc.boolean() }),
  )
  .map((given) => ({ key: 'f', type: 'string', variants, off: null, default: null, ...given }) as unknown as Flag);

test('of flags kept in another form the database knows what has no rules, and knows it right', async () => {
  const asked = fc.sample(foreign, { numRuns: 300, seed }).flatMap(casesOf);
  const inSql = await outcomesInSql(asked);
  for (const [nr, one] of asked.entries()) {
    const { rules, targeting, ...rest } = one.flag.foreign as { [field: string]: Json | undefined };
    const isPlain = [rules, targeting].every((part) => !part || Object.keys(part).length === 0);
    const isWhole = !Object.values(rest).some((named) => named === 'C' || named === 'v3');
    const expected = isPlain && isWhole ? outcomesOf(one) : null;
    if (!one.flag.enabled) expect(inSql[nr]).toEqual(['null']);
    else expect(inSql[nr], JSON.stringify(one)).toEqual(expected);
  }
});
