import { bucket, type HashState, seedState } from './bucket.ts';
import { attributeOf, badTargetingKey, type EvaluationContext, type Fault, missingTargetingKey } from './evaluation.ts';
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

/** By what a rollout or a split puts contexts into buckets. */
export interface Hashing {
  readonly state: HashState;
  /** undefined: the targeting key. */
  readonly by: readonly string[] | undefined;
}

/** The hashing of a rollout or a split; the attributes it reads go to the findings. */
export function compileHashing({ by, seed }: Hashed, otherwise: string, findings: Findings): Hashing {
  for (const attribute of by ?? ['targetingKey']) findings.reads.add(attribute);
  return { state: seedState(seed ?? otherwise), by };
}

/** The bucket of a context, or why there is none. */
export function bucketOf({ state, by }: Hashing, context: EvaluationContext): number | Fault {
  if (by !== undefined) return bucketBy(state, by, context);
  const { targetingKey } = context;
  if (typeof targetingKey === 'string' && targetingKey !== '') return bucket(state, targetingKey);
  return isMissing(targetingKey) ? missingTargetingKey : badTargetingKey;
}

/** The first attribute that the context has decides. */
function bucketBy(state: HashState, by: readonly string[], context: EvaluationContext): number | Fault {
  for (const attribute of by) {
    const value = attributeOf(context, attribute);
    if (isMissing(value)) continue;
    if (typeof value === 'string' || Number.isSafeInteger(value)) return bucket(state, String(value));
    return { errorCode: 'INVALID_CONTEXT', errorMessage: `attribute ${attribute} must be a string or a whole number` };
  }
  return { errorCode: 'TARGETING_KEY_MISSING', errorMessage: `the context has no ${by.join(', ')}` };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
