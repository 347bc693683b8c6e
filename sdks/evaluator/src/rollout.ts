import { bucket, type HashState } from './bucket.ts';
import { badTargetingKey, type EvaluationContext, type Fault, missingTargetingKey } from './evaluation.ts';
import { instantOf } from './grammar.ts';
import type { Rule, Ramp as RulesetRamp } from './ruleset.ts';
import type { Findings } from './scope.ts';

/** All buckets. */
export const EVERYONE = 100_000;

/** A rising share of the buckets; instants in milliseconds, shares in buckets. */
export interface Ramp {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** How many of the 100 000 buckets a rule counts for at an instant. */
export type Share = (now: number) => number;

/** The share of a rule; percentages have three decimals, so buckets are whole. */
export function compileShare({ rollout }: Rule, path: string, findings: Findings): Share {
  if (rollout === undefined) return () => EVERYONE;
  if (typeof rollout === 'number' && rollout >= 0 && rollout <= 100) {
    const share = Math.round(rollout * 1000);
    if (share !== 0 && share !== EVERYONE) findings.reads.add('targetingKey');
    return () => share;
  }
  if (typeof rollout === 'object' && rollout !== null && 'percent' in rollout) {
    return compileShare({ id: '', rollout: rollout.percent }, path, findings);
  }
  const ramp = typeof rollout === 'object' && rollout !== null ? readRamp(rollout) : undefined;
  if (ramp === undefined) {
    findings.problems.push({ path: `${path}.rollout`, message: 'neither a percentage nor a ramp' });
    return () => 0;
  }
  findings.ramps.push(ramp);
  findings.reads.add('targetingKey');
  return (now) => rampShare(ramp, now);
}

/** undefined where the ramp is not of that shape. */
export function readRamp({ from, to, start, end }: RulesetRamp): Ramp | undefined {
  const startMs = instantOf(String(start));
  const endMs = instantOf(String(end));
  const whole = startMs !== undefined && endMs !== undefined && startMs < endMs && 0 <= from && from <= to && to <= 100;
  return whole ? { start: startMs, end: endMs, from: Math.round(from * 1000), to: Math.round(to * 1000) } : undefined;
}

/** 0 before the start, then rising evenly, then `to` for ever. */
export function rampShare({ start, end, from, to }: Ramp, now: number): number {
  if (now < start) return 0;
  if (now >= end) return to;
  return from + Math.floor((to - from) * ((now - start) / (end - start)));
}

/** The bucket of a context's targeting key, or why there is none. */
export function bucketOf(seed: HashState, { targetingKey }: EvaluationContext): number | Fault {
  if (typeof targetingKey === 'string' && targetingKey !== '') return bucket(seed, targetingKey);
  return targetingKey === undefined || targetingKey === null || targetingKey === ''
    ? missingTargetingKey
    : badTargetingKey;
}
