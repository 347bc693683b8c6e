import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { evaluate } from '../evaluate.ts';
import type { EvaluationContext } from '../evaluation.ts';
import { explain } from '../explain.ts';
import { regexEngine } from '../regex.ts';
import type { Flag, Rule, Segment } from '../ruleset.ts';
import { unleash } from '../unleash.ts';
import { unleashNode } from '../unleash-node.ts';

const base: Flag = {
  key: 'f',
  enabled: true,
  type: 'boolean',
  variants: { on: true, off: false },
  off: 'off',
  default: 'off',
  semantics: 'unleash',
};

interface Options {
  readonly random?: () => number;
  readonly others?: readonly Flag[];
  readonly segments?: Readonly<Record<string, Segment>>;
}

function compiled(flag: Partial<Flag>, { random, others = [], segments = {} }: Options = {}) {
  const flags = Object.fromEntries([{ ...base, ...flag }, ...others].map((one) => [one.key, one]));
  const semantics = [unleash, unleashNode];
  const ruleset = { format: 1, environment: 'test', version: '1', flags, segments } as const;
  return compile(ruleset, { regex: regexEngine, semantics, ...(random && { random }) });
}

function decide(flag: Partial<Flag>, context: EvaluationContext, options: Options = {}) {
  return evaluate(compiled(flag, options), 'f', context, 0);
}

const rule = (rest: Partial<Rule>): Rule => ({ id: 'r', ...rest });
const rolled = (percent: number, by?: readonly string[], seed = 'AB12A') =>
  rule({ rollout: { percent, seed, ...(by && { by }) } });

test('a flag of any shape compiles or is an error, and decides without throwing', () => {
  const words = fc.constantFrom(
    'on',
    'off',
    'userId',
    '$random',
    'IN',
    'REGEX',
    'IN_CIDR',
    'DATE_AFTER',
    'SEMVER_GT',
    '(',
    100,
    0,
  );
  const names = fc.constantFrom(
    'attr',
    'op',
    'values',
    'not',
    'all',
    'any',
    'segment',
    'percent',
    'by',
    'split',
    'flag',
    'variants',
    'if',
  );
  const odd = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      words,
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  const part = fc.dictionary(fc.constantFrom('rules', 'requires', 'default', 'variants', 'salt'), odd);
  const rules = fc.array(fc.record({ id: fc.string(), if: odd, rollout: odd, serve: odd }, { requiredKeys: ['id'] }));
  const contexts = fc.dictionary(fc.constantFrom('userId', 'properties', 'currentTime', 'plan'), fc.anything());
  fc.assert(
    fc.property(part, rules, contexts, fc.boolean(), (rest, some, context, isNode) => {
      const semantics = isNode ? 'unleash-node' : 'unleash';
      const flag = { rules: some, ...rest, semantics } as Partial<Flag>;
      expect(Object.isFrozen(decide(flag, context as EvaluationContext))).toBe(true);
    }),
    { seed: 5, numRuns: 500 },
  );
});

test('puts users into a hundred buckets, and the Node SDK others who are not ASCII', () => {
  const isOn = (userId: string, semantics: 'unleash' | 'unleash-node') =>
    decide({ rules: [rolled(50)], semantics }, { userId }).value === true;
  const ids = Array.from({ length: 1000 }, (_, i) => `${i}`);
  const on = ids.filter((id) => isOn(id, 'unleash'));
  expect(on.length).toBeGreaterThan(450);
  expect(on.length).toBeLessThan(550);
  expect(ids.filter((id) => isOn(id, 'unleash-node'))).toEqual(on);
  const far = ids.map((id) => `ü${id}`);
  expect(far.filter((id) => isOn(id, 'unleash-node'))).not.toEqual(far.filter((id) => isOn(id, 'unleash')));
});

test('a bucket is 1 to 100, and in when it is not above the percentage', () => {
  const isOn = (percent: number, seed: string, userId: string) =>
    decide({ rules: [rolled(percent, ['userId'], seed)] }, { userId }).value;
  expect([72, 73].map((percent) => isOn(percent, 'gr1', '123'))).toEqual([false, true]);
  expect([24, 25].map((percent) => isOn(percent, 'groupX', '999'))).toEqual([false, true]);
});

test('serves the same frozen evaluation for the same answer', () => {
  const ruleset = compiled({ rules: [rolled(50)] });
  const answers = new Set(Array.from({ length: 200 }, (_, i) => evaluate(ruleset, 'f', { userId: `${i}` }, 0)));
  expect([...answers].map(({ reason }) => reason).sort()).toEqual(['DEFAULT', 'SPLIT']);
});

test('without anything to hash a rollout by one attribute leaves out, even at 100 %', () => {
  expect(decide({ rules: [rolled(100, ['plan'])] }, {}).value).toBe(false);
  expect(decide({ rules: [rolled(100, ['plan'])] }, { properties: { plan: 'pro' } }).value).toBe(true);
  expect(decide({ rules: [rolled(100)] }, {}).value).toBe(true);
});

test('leaves to chance only where it was given one', () => {
  const drawn = { rules: [rolled(50, ['$random'])] };
  expect(decide(drawn, { userId: '1' }).errorCode).toBe('TARGETING_KEY_MISSING');
  expect(decide(drawn, {}, { random: () => 0.49 }).value).toBe(true);
  expect(decide(drawn, {}, { random: () => 0.5 }).value).toBe(false);
});

test('a user without an id has the targeting key for one', () => {
  const listed = { rules: [rule({ if: [{ attr: 'userId', op: 'IN', values: ['anna'] }] })] };
  expect(decide(listed, { targetingKey: 'anna' }).value).toBe(true);
  expect(decide(listed, { targetingKey: 'anna', userId: 'bert' }).value).toBe(false);
});

test('an inverted question about what is missing is met, one that has no answer at all is not', () => {
  const asks = (condition: object) => decide({ rules: [rule({ if: [condition as never] })] }, {}).value;
  expect(asks({ attr: 'plan', op: 'IN', values: ['a'], not: true })).toBe(true);
  expect(asks({ attr: 'plan', op: 'NOT_IN', values: ['a'] })).toBe(true);
  expect(asks({ any: [] })).toBe(false);
});

test('a text too long for a pattern is an error, never a no', () => {
  const matched = { rules: [rule({ if: [{ attr: 'plan', op: 'REGEX', values: ['^a+$'] }] })] };
  expect(decide(matched, { plan: 'a'.repeat(512) }).value).toBe(true);
  expect(decide(matched, { plan: 'a'.repeat(513) }).errorCode).toBe('INVALID_CONTEXT');
});

test('asks segments and other flags, and serves what is said for an unmet requirement', () => {
  const segments = {
    s: { key: 's', semantics: 'unleash', if: [{ attr: 'plan', op: 'IN', values: ['pro'] }] },
  } as const;
  expect(decide({ rules: [rule({ if: [{ segment: 's' }] })] }, { plan: 'pro' }, { segments }).value).toBe(true);
  const parent = { ...base, key: 'parent', enabled: false };
  const unmet = { requires: [{ flag: 'parent', variants: ['on'], else: null }], default: 'on' };
  expect(decide(unmet, {}, { others: [parent] })).toEqual({
    flagKey: 'f',
    reason: 'TARGETING_MATCH',
    metadata: { prerequisite: 'parent' },
  });
  const inverse = { requires: [{ flag: 'parent', variants: ['off'] }], default: 'on' };
  expect(decide(inverse, {}, { others: [parent] }).value).toBe(true);
});

test('tells the variant in the metadata, and none where no weight is left', () => {
  const arms = (a: number, b: number) =>
    ({
      default: {
        split: [
          ['on', a, { variant: 'a' }],
          ['on', b, { variant: 'b' }],
        ],
        by: ['userId'],
        seed: 'f',
      },
      metadata: { team: 'shop' },
    }) as Partial<Flag>;
  expect(decide(arms(0, 1000), {}).metadata).toEqual({ team: 'shop', variant: 'b' });
  expect(decide(arms(0, 0), {})).toMatchObject({ value: true, metadata: { team: 'shop' } });
  expect(decide(arms(1, 1), {}).errorCode).toBe('TARGETING_KEY_MISSING');
});

test('knows what it reads and when it changes', () => {
  const dated = [{ attr: 'currentTime', op: 'DATE_AFTER', values: ['2026-01-01T00:00:00Z'] }];
  const { attributes, changes } = compiled({ rules: [rule({ if: dated })] });
  expect(attributes).toEqual(['currentTime', 'properties']);
  expect([...changes][0]).toBe(Date.UTC(2026, 0, 1));
});

test('tells all outcomes, and why', () => {
  const outcomes = (flag: Partial<Flag>) =>
    unleash.outcomes?.({ ...base, ...flag }, 0).outcomes.map(({ value }) => value);
  expect(outcomes({ rules: [rolled(100)] })).toEqual([true]);
  expect(outcomes({ rules: [rolled(100, ['plan'])] })).toEqual([true, false]);
  expect(outcomes({ rules: [rolled(0)] })).toEqual([false]);
});

test('explains what it asked, and how each answer was, up to what decided', () => {
  const told = (flag: Partial<Flag>, context: EvaluationContext, options: Options = {}) =>
    explain(compiled(flag, options), 'f', context, 0)
      .steps.slice(1)
      .map(({ text }) => text);
  expect(told({ rules: [rolled(50)] }, { targetingKey: '1' })).toEqual([
    expect.stringMatching(/^rule r counts for 50 %: bucket \d+ of 100$/),
  ]);
  const segments = {
    s: { key: 's', semantics: 'unleash', if: [{ attr: 'age', op: 'NUM_GT', values: ['18'] }] },
  } as const;
  const parent = { ...base, key: 'parent', enabled: false };
  const flag = {
    requires: [{ flag: 'parent', variants: ['off'] }],
    rules: [
      { id: 'a', if: [{ attr: 'plan', op: 'IN', values: ['pro'] }, { segment: 's' }] },
      { id: 'b', name: 'grown-ups', if: [{ segment: 's' }, { attr: 'userId', op: 'IN', values: ['2'], not: true }] },
      { id: 'c', rollout: 100 },
    ],
  };
  const context = { targetingKey: '1', properties: { plan: 'free', age: '20' } };
  expect(told(flag, context, { segments, others: [parent] })).toEqual([
    'flag parent must serve off: it serves off',
    'rule a asks: plan IN "pro": the context has "free"; it is not met',
    'rule grown-ups asks: in segment s; it is met',
    'rule grown-ups asks: not userId IN "2": the context has "1"; it is met',
  ]);
  expect(
    told({ ...flag, requires: [{ flag: 'parent', variants: ['on'] }] }, context, { segments, others: [parent] }),
  ).toEqual(['flag parent must serve on: it serves off']);
  expect(told({ rules: [rolled(50, ['$random']), { id: 'q' }] }, {}, { random: () => 0.5 })).toEqual([
    'rule r counts for 50 %, by chance',
  ]);
});
