import { compile, evaluate, parseRuleset, type Ruleset } from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { context, instant } from './contexts.arbitrary.ts';
import type { Answer } from './document.ts';
import { naiveEvaluator } from './evaluate.ts';
import { ruleset } from './rulesets.arbitrary.ts';
import { cases, runs, seed } from './runs.ts';

const contextsEach = 6;
const flagsEach = 7;

const question = fc.record({
  given: ruleset,
  asked: fc.array(fc.tuple(context, instant), { minLength: contextsEach, maxLength: contextsEach }),
});

test(`two evaluators decide alike (${cases} decisions, seed ${seed})`, { timeout: 30_000 + cases * 2 }, () => {
  const seen = new Map<string, number>();
  const alike = fc.property(question, ({ given, asked }) => {
    const decide = naiveEvaluator(given);
    const compiled = compile(read(given), { regex: regexEngine });
    for (const [who, now] of asked) {
      for (const key of [...Object.keys(given.flags), 'nobody']) {
        const { flagKey, errorMessage, ...answer } = evaluate(compiled, key, who, now);
        const expected = decide(key, who, now);
        expect(answer, `${key} ${errorMessage}`).toStrictEqual(expected);
        count(seen, expected);
      }
    }
  });
  fc.assert(alike, { seed, numRuns: runs(contextsEach * flagsEach) });
  expect([...seen.keys()].sort()).toEqual(kinds);
});

function read(given: unknown): Ruleset {
  const parsed = parseRuleset(given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleset;
}

function count(seen: Map<string, number>, { reason, errorCode, variant, value, ruleId, metadata }: Answer): void {
  const served = variant ?? (value === undefined ? 'none' : 'literal');
  const kind =
    errorCode ?? [reason, served, ruleId && 'rule', metadata?.prerequisite && 'requires'].filter(Boolean).join(' ');
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
}

/** A comparison in which one of these never comes would prove less than it seems to. */
const kinds: string[] = [];
