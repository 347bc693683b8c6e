import { type Problem, parseRuleset } from '@burgee/evaluator';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { broken, goodFlag, goodSegment, oddRules } from '../documents.ts';
import { isFlag, isSegment } from './grammar.ts';
import { anyFlag } from './rulesets.arbitrary.ts';
import { cases, runs, seed } from './runs.ts';

const documents = fc.oneof(goodFlag, broken(goodFlag), oddRules, broken(anyFlag)).filter(isOurs);
const segments = fc.oneof(goodSegment, broken(goodSegment)).filter(isOurs);

test(`two readers take the same flags (${runs(5)} flags, seed ${seed})`, { timeout: 30_000 + cases }, () => {
  let refused = 0;
  const alike = fc.property(documents, (flag) => {
    const key = keyOf(flag);
    const problems = ofForm(faultsOf({ flags: { [key]: flag } }).flags[key]);
    expect(isFlag(flag, key), JSON.stringify(problems)).toBe(problems === undefined);
    if (problems !== undefined) refused++;
  });
  fc.assert(alike, { seed, numRuns: runs(5) });
  expect(refused).toBeGreaterThan(runs(5) / 10);
});

test(`two readers take the same segments (seed ${seed})`, { timeout: 30_000 + cases }, () => {
  const alike = fc.property(segments, (segment) => {
    const key = keyOf(segment);
    const problems = ofForm(faultsOf({ segments: { [key]: segment } }).segments[key]);
    expect(isSegment(segment, key), JSON.stringify(problems)).toBe(problems === undefined);
  });
  fc.assert(alike, { seed, numRuns: runs(5) });
});

/** Not those that the form has nothing to do with: what lies on a cycle, and what asks for a later evaluator. */
function ofForm(problems: readonly Problem[] = []): readonly Problem[] | undefined {
  const found = problems.filter(({ message }) => !/ in a cycle through |^needs evaluator level /.test(message));
  return found.length === 0 ? undefined : found;
}

/** The second reader knows no semantics of other systems. */
function isOurs(document: unknown): boolean {
  const { semantics } = (document ?? {}) as { semantics?: unknown };
  return typeof semantics !== 'string' || !/^(unleash|growthbook|flagd)/.test(semantics);
}

function keyOf(document: unknown): string {
  const key = (document as { key?: unknown } | null)?.key;
  return typeof key === 'string' && key !== '__proto__' ? key : 'flag';
}

function faultsOf(parts: object) {
  const parsed = parseRuleset({ format: 1, environment: 'test', version: '1.a', flags: {}, segments: {}, ...parts });
  if (!parsed.ok || parsed.ruleset.faults === undefined) throw new Error('no ruleset');
  return parsed.ruleset.faults;
}
