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
  const seen = new Set<string>();
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
  expect([...seen].sort()).toEqual(kinds);
});

function read(given: unknown): Ruleset {
  const parsed = parseRuleset(given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleset;
}

function count(seen: Set<string>, { reason, errorCode, variant, value }: Answer): void {
  const served = value === undefined ? 'none' : variant === undefined ? 'literal' : 'variant';
  seen.add(errorCode ?? `${reason} ${served}`);
}

/** A comparison in which one of these never comes would prove less than it seems to. */
const kinds = [
  ...['DEFAULT literal', 'DEFAULT none', 'DEFAULT variant', 'DISABLED none', 'FLAG_NOT_FOUND', 'INVALID_CONTEXT'],
  ...['PARSE_ERROR', 'SPLIT literal', 'SPLIT none', 'SPLIT variant', 'STATIC literal', 'STATIC none', 'STATIC variant'],
  ...['TARGETING_KEY_MISSING', 'TARGETING_MATCH literal', 'TARGETING_MATCH none', 'TARGETING_MATCH variant'],
];
