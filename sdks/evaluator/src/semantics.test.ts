import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import type { EvaluationContext } from './evaluation.ts';
import { explain } from './explain.ts';
import { nextChangeAt } from './next-change.ts';
import { outcomes } from './outcomes.ts';
import type { Flag } from './ruleset.ts';
import { booleanFlag, rulesetOf } from './sample.support.ts';
import type { Semantics } from './semantics.ts';

/** Serves the variant that the context names, else what the parent serves. */
const echo: Semantics = {
  name: 'flagd-2',
  compileFlag(flag, { findings, outcome, decide, segment }) {
    if ((flag.foreign as { bad?: unknown }).bad !== undefined)
      findings.problems.push({ path: 'foreign.bad', message: 'bad' });
    if ((flag.foreign as { broken?: unknown }).broken !== undefined) throw new Error('broken');
    const isStaff = segment('staff', 'foreign');
    findings.reads.add('variant');
    findings.changes.add({ everyMs: 1000 });
    return (context, now) => {
      if (context.variant === 'throw') throw new Error('thrown');
      if (isStaff(context, now) === true) return outcome('off', { reason: 'TARGETING_MATCH' });
      const parent = decide('parent', context, now)?.variant ?? null;
      return outcome(typeof context.variant === 'string' ? context.variant : parent, { reason: 'SPLIT' });
    };
  },
  outcomes: () => ({ unknown: false, outcomes: [{ value: true }] }),
  explain: ({ key }, context) => [`${key} listens`, `it hears ${context.variant}`],
};

const foreign = (given: Partial<Flag> = {}): Flag =>
  booleanFlag({ key: 'echo', semantics: 'flagd-2', foreign: {}, default: null, ...given });
const parent = booleanFlag({ key: 'parent', default: 'on' });
const staff = { key: 'staff', include: ['ada'] };

function compiledWith(flags: readonly Flag[], semantics: readonly Semantics[] = [echo]) {
  return compile(rulesetOf(flags, [staff]), { semantics });
}

function valueFor(context: EvaluationContext, flag: Flag = foreign()): unknown {
  return evaluate(compiledWith([flag, parent]), 'echo', context, 0).value;
}

test('a semantics decides its flags, with the flags and segments beside them', () => {
  expect(valueFor({ variant: 'off' })).toBe(false);
  expect(valueFor({})).toBe(true);
  expect(valueFor({ variant: 'on', targetingKey: 'ada' })).toBe(false);
  expect(valueFor({ variant: 'gone' })).toBeUndefined();
});

test('is asked only while the flag is enabled', () => {
  expect(valueFor({ variant: 'on' }, foreign({ enabled: false }))).toBe(false);
});

test.each<[string, Partial<Flag>, readonly Semantics[], RegExp]>([
  ['a problem', { foreign: { bad: 1 } }, [echo], /^foreign\.bad: bad$/],
  ['an exception', { foreign: { broken: 1 } }, [echo], /^does not compile$/],
  ['a semantics that is not there', {}, [], /^semantics: this evaluator was given no semantics flagd-2$/],
])('%s makes the flag an error', (_, given, semantics, message) => {
  const compiled = compiledWith([foreign(given), parent], semantics);
  expect(evaluate(compiled, 'echo', {}, 0)).toMatchObject({ errorCode: 'PARSE_ERROR' });
  expect(evaluate(compiled, 'echo', {}, 0).errorMessage).toMatch(message);
  expect(evaluateAll(compiled, {}, 0)[1]).toMatchObject({ value: true });
});

test('what a semantics throws is INVALID_CONTEXT', () => {
  const decided = evaluate(compiledWith([foreign()]), 'echo', { variant: 'throw' }, 0);
  expect(decided.errorCode).toBe('INVALID_CONTEXT');
});

test('what it reads counts, and its clock ticks', () => {
  const compiled = compiledWith([foreign()]);
  expect(compiled.attributes).toEqual(['targetingKey', 'variant']);
  expect([0, 1, 999, 1000].map((now) => nextChangeAt(compiled, now))).toEqual([1000, 1000, 1000, 2000]);
  expect(nextChangeAt(compiledWith([foreign({ enabled: false })]), 0)).toBeNull();
});

test('explains by its own sentences', () => {
  const { steps, sentence } = explain(compiledWith([foreign()]), 'echo', { variant: 'on' }, 0);
  expect(steps.map(({ text }) => text)).toEqual(['the flag is enabled', 'echo listens', 'it hears on']);
  expect(sentence).toBe('echo serves variant on: the hash decided the split.');
});

test('tells its own outcomes, where it is given', () => {
  expect(outcomes(foreign(), 0)).toEqual({ unknown: true, outcomes: [] });
  expect(outcomes(foreign(), 0, [echo])).toEqual({ unknown: false, outcomes: [{ value: true }] });
  expect(outcomes(foreign({ enabled: false }), 0)).toEqual({ unknown: false, outcomes: [{ value: false }] });
  const throwing = { ...echo, outcomes: () => expect.fail() };
  expect(outcomes(foreign(), 0, [throwing]).unknown).toBe(true);
});
