import {
  compile,
  type Evaluation,
  evaluate,
  evaluateAll,
  explain,
  nextChangeAt,
  outcomes,
  parseRuleset,
} from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { context, instant } from './contexts.arbitrary.ts';
import type { Context, NaiveFlag, NaiveRule, NaiveRuleset, Serve } from './document.ts';
import { type NaiveRamp, shareOf } from './hashing.ts';
import { anyFlag, percent, ramp, ruleset, wire } from './rulesets.arbitrary.ts';
import { runs, seed } from './runs.ts';

const asked = fc.record({ given: ruleset, who: context, now: instant });

/** One tenth of all, as each case decides all flags of a ruleset several times. */
const numRuns = runs(60);

function holds<Value>(arbitrary: fc.Arbitrary<Value>, check: (value: Value) => void): void {
  fc.assert(fc.property(arbitrary, check), { seed, numRuns });
}

function ready(given: NaiveRuleset) {
  const parsed = parseRuleset(given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compile(parsed.ruleset, { regex: regexEngine });
}

test(`an explanation goes the way of the decision (${numRuns} rulesets, seed ${seed})`, () => {
  holds(asked, ({ given, who, now }) => {
    const compiled = ready(given);
    for (const key of Object.keys(given.flags)) {
      const decided = evaluate(compiled, key, who, now);
      const { evaluation, steps } = explain(compiled, key, who, now);
      expectSame([evaluation], [decided]);
      const last = steps.at(-1);
      if (decided.errorCode !== undefined) expect(last?.matched).toBe(null);
      const matched = steps.filter(({ matched: yes, ruleId }) => yes === true && ruleId !== undefined).at(-1);
      if (decided.ruleId !== undefined) expect(matched?.ruleId).toBe(decided.ruleId);
    }
  });
});

test(`deciding all is deciding each (seed ${seed})`, () => {
  holds(asked, ({ given, who, now }) => {
    const compiled = ready(given);
    const each = (keys: string[]) => keys.map((key) => evaluate(compiled, key, who, now));
    const keys = Object.keys(given.flags);
    const visible = keys.filter((key) => (given.flags[key] as { clientVisible?: boolean }).clientVisible === true);
    expectSame(evaluateAll(compiled, who, now), each(keys));
    expectSame(evaluateAll(compiled, who, now, 'clientVisible'), each(visible));
  });
});

test(`evaluations are frozen and shared (seed ${seed})`, () => {
  holds(asked, ({ given, who, now }) => {
    const compiled = ready(given);
    const evaluations = evaluateAll(compiled, who, now);
    expectSame(evaluateAll(compiled, { ...who, another: 1 }, now), evaluations);
    for (const { metadata = Object.freeze({}) } of evaluations) expect(metadata).toSatisfy(Object.isFrozen);
    expect(evaluations.every(Object.isFrozen)).toBe(true);
  });
});

test(`outcomes hold every value that is served (seed ${seed})`, () => {
  holds(asked, ({ given, who, now }) => {
    const compiled = ready(given);
    for (const [key, { source }] of compiled.flags) {
      const { reason, value } = evaluate(compiled, key, who, now);
      const all = outcomes(source, now);
      if (reason === 'ERROR' || all.unknown) continue;
      expect(all.outcomes.map((outcome) => outcome.value)).toContainEqual(value);
    }
  });
});

test(`nothing changes before the next change (seed ${seed})`, () => {
  const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  holds(fc.record({ given: ruleset, who: context, now: instant, parts }), ({ given, who, now, parts: at }) => {
    const compiled = ready(given);
    const next = nextChangeAt(compiled, now);
    if (next !== null) expect(next).toBeGreaterThan(now);
    const end = next ?? now + 1e12;
    const before = evaluateAll(compiled, who, now);
    for (const later of [end - 1, ...at.map((part) => now + Math.floor((end - 1 - now) * part))])
      expectSame(evaluateAll(compiled, who, later), before);
  });
});

test(`a ramp is the percentage of its instant (seed ${seed})`, () => {
  const still = (rule: NaiveRule, now: number): NaiveRule => {
    const { rollout } = rule;
    if (typeof rollout !== 'object' || !('from' in rollout)) return rule;
    const { from, to, start, end, ...hashed } = rollout;
    return { ...rule, rollout: { percent: shareOf({ from, to, start, end }, now) / 1000, ...hashed } };
  };
  holds(asked, ({ given, who, now }) => {
    const flags = Object.values(given.flags).map((flag) => ({
      ...flag,
      ...(flag.rules && { rules: flag.rules.map((rule) => still(rule, now)) }),
    }));
    const stopped = ready(wire(flags, Object.values(given.segments)));
    expect(evaluateAll(stopped, who, now)).toEqual(evaluateAll(ready(given), who, now));
  });
});

const key = fc.integer({ min: 0, max: 1e6 }).map((id) => `user-${id}`);

/** Whether the one rule of a flag serves `on`. */
function isOn(rule: Omit<NaiveRule, 'id'>, who: Context, now: number): boolean {
  const base = {
    key: 'f',
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
  };
  return evaluate(ready(wire([{ ...base, rules: [{ id: 'r', ...rule }] } as NaiveFlag])), 'f', who, now).value === true;
}

test(`a raised percentage moves nobody out (seed ${seed})`, () => {
  holds(fc.record({ key, a: percent, b: percent }), ({ key: targetingKey, a, b }) => {
    const [less, more] = [Math.min(a, b), Math.max(a, b)];
    if (isOn({ rollout: less }, { targetingKey }, 0)) expect(isOn({ rollout: more }, { targetingKey }, 0)).toBe(true);
  });
});

test(`a ramp that goes on moves nobody out (seed ${seed})`, () => {
  const later = fc.constantFrom(1, 1000, 1e6, 1e9, 1e10);
  holds(fc.record({ key, ramp, now: instant, later }), ({ key: targetingKey, ramp: rollout, now, later: ms }) => {
    const { from, to, start, end } = rollout as NaiveRamp;
    const is = (at: number) => isOn({ rollout: { from, to, start, end } }, { targetingKey }, at);
    if (is(now)) expect(is(now + ms)).toBe(true);
  });
});

test(`a raised weight of the first arm moves nobody who had it (seed ${seed})`, () => {
  holds(fc.record({ key, a: percent, b: percent }), ({ key: targetingKey, a, b }) => {
    const [less, more] = [Math.min(a, b), Math.max(a, b)].map((share) => Math.round(share * 1000));
    const split = (weight = 0): Serve => ({
      split: [
        ['on', weight],
        ['off', 100_000 - weight],
      ],
    });
    if (isOn({ serve: split(less) }, { targetingKey }, 0))
      expect(isOn({ serve: split(more) }, { targetingKey }, 0)).toBe(true);
  });
});

test(`a flag decides alike alone and among others that it does not name (seed ${seed})`, () => {
  holds(fc.record({ flag: anyFlag, given: ruleset, who: context, now: instant }), ({ flag, given, who, now }) => {
    const { requires: _, ...one } = { ...(flag as unknown as NaiveFlag), key: 'alone' };
    const rules = (one.rules ?? []).map(({ requires: __, ...rule }) => rule);
    const alone = { ...one, rules };
    const segments = Object.values(given.segments);
    const among = ready(wire([...Object.values(given.flags), alone], segments));
    expect(evaluate(among, 'alone', who, now)).toEqual(evaluate(ready(wire([alone], segments)), 'alone', who, now));
  });
});

/** The very same objects; what went wrong may be said anew. */
function expectSame(these: readonly Evaluation[], those: readonly Evaluation[]): void {
  expect(these).toEqual(those);
  for (const [at, one] of these.entries()) if (one.reason !== 'ERROR') expect(one).toBe(those[at]);
}
