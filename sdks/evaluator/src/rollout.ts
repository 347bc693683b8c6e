import { bucket, type HashState, seedState } from './bucket.ts';
import {
  badTargetingKey,
  type EvaluationContext,
  type Fault,
  invalidContext,
  missingTargetingKey,
} from './evaluation.ts';
import { instantOf } from './grammar.ts';
import type { Hashed, Rule, Ramp as RulesetRamp } from './ruleset.ts';
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

/** How many of the 100 000 buckets a rule counts for. */
export function shareOf(rollout: Rule['rollout'] = 100): number | Ramp {
  if (typeof rollout === 'number') return Math.round(rollout * 1000);
  return 'percent' in rollout ? Math.round(rollout.percent * 1000) : readRamp(rollout);
}

function readRamp({ from, to, start, end }: RulesetRamp): Ramp {
  return {
    start: instantOf(start) as number,
    end: instantOf(end) as number,
    from: Math.round(from * 1000),
    to: Math.round(to * 1000),
  };
}

export function shareAt(share: number | Ramp, now: number): number {
  return typeof share === 'number' ? share : rampShare(share, now);
}

/** 0 before the start, then rising evenly, then `to` for ever. */
export function rampShare({ start, end, from, to }: Ramp, now: number): number {
  if (now < start) return 0;
  if (now >= end) return to;
  return from + Math.floor((to - from) * ((now - start) / (end - start)));
}

/** The bucket of a context, or why there is none. */
export type BucketOf = (context: EvaluationContext) => number | Fault;

/** By what a rollout or a split puts contexts into buckets; the attributes that it reads go to the findings. */
export function compileHashing(
  { by, seed }: Hashed,
  kind: 'rollout' | 'split',
  { reads, seed: otherwise }: Pick<Findings, 'reads'> & { readonly seed: string },
): BucketOf {
  const state = seedState(seed ?? `${otherwise}:${kind}`);
  for (const attribute of by ?? ['targetingKey']) reads.add(attribute);
  if (by !== undefined) return (context) => bucketBy(state, by, context);
  return ({ targetingKey }) => {
    if (typeof targetingKey === 'string' && targetingKey !== '') return bucket(state, targetingKey);
    return isMissing(targetingKey) ? missingTargetingKey : badTargetingKey;
  };
}

/** The first attribute that the context has decides. */
function bucketBy(state: HashState, by: readonly string[], context: EvaluationContext): number | Fault {
  for (const attribute of by) {
    const value = context[attribute];
    if (isMissing(value)) continue;
    if (typeof value === 'string' || Number.isSafeInteger(value)) return bucket(state, String(value));
    return invalidContext(`attribute ${attribute} must be a string or a whole number`);
  }
  return { ...missingTargetingKey, errorMessage: `the context has no ${by.join(', ')}` };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
