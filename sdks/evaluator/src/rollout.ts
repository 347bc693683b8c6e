import { bucket, seedState } from './bucket.ts';
import { badTargetingKey, type EvaluationContext, type Fault, invalidContext } from './evaluation.ts';
import { instantOf } from './grammar.ts';
import type { Flag, Hashed, Rule } from './ruleset.ts';
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
  if ('percent' in rollout) return shareOf(rollout.percent);
  const { from, to, start, end } = rollout;
  return {
    start: instantOf(start) as number,
    end: instantOf(end) as number,
    from: shareOf(from) as number,
    to: shareOf(to) as number,
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

export interface Hashing {
  readonly flag: Pick<Flag, 'key' | 'salt'>;
  readonly findings: Pick<Findings, 'reads'>;
}

/** By what a rollout or a split puts contexts into buckets; the attributes that it reads go to the findings. */
export function compileHashing(
  hashed: Hashed | number,
  kind: 'rollout' | 'split',
  { flag, findings }: Hashing,
): BucketOf {
  // A mere percentage names neither.
  const { by, seed }: Hashed = Object(hashed);
  const state = seedState(seed ?? `${flag.salt ?? flag.key}:${kind}`);
  const attributes = by ?? ['targetingKey'];
  for (const attribute of attributes) findings.reads.add(attribute);
  /** The first attribute that the context has decides. */
  const bucketBy = (context: EvaluationContext): number | Fault => {
    for (const attribute of attributes) {
      const value = context[attribute];
      if (value === undefined || value === null || value === '') continue;
      if (typeof value === 'string' || (by && Number.isSafeInteger(value))) return bucket(state, String(value));
      return by ? invalidContext(`attribute ${attribute} must be a string or a whole number`) : badTargetingKey;
    }
    return {
      errorCode: 'TARGETING_KEY_MISSING',
      errorMessage: `the context has no ${attributes.join(', ')}`,
    };
  };
  if (by) return bucketBy;
  // The commonest, without a loop.
  return (context) => {
    const { targetingKey } = context;
    return typeof targetingKey === 'string' && targetingKey !== '' ? bucket(state, targetingKey) : bucketBy(context);
  };
}
