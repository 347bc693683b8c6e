import type { Json } from './ruleset.ts';

/** Why a decision came out as it did; the words are OpenFeature's. */
export type Reason =
  | 'STATIC'
  | 'DEFAULT'
  | 'TARGETING_MATCH'
  | 'SPLIT'
  | 'CACHED'
  | 'DISABLED'
  | 'UNKNOWN'
  | 'STALE'
  | 'ERROR';

/** What went wrong, beside reason `ERROR`; the words are OpenFeature's. */
export type ErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TYPE_MISMATCH'
  | 'TARGETING_KEY_MISSING'
  | 'INVALID_CONTEXT'
  | 'PROVIDER_FATAL'
  | 'GENERAL';

/** Whom a decision is for: a flat object of JSON scalars, and lists of them. */
export interface EvaluationContext {
  readonly targetingKey?: string;
  readonly [attribute: string]: unknown;
}

export type EvaluationMetadata = Readonly<Record<string, string | number | boolean>>;

/** One decision; frozen, and shared by all decisions that came out alike. */
export interface Evaluation {
  readonly flagKey: string;
  /** Absent: the caller's default. */
  readonly value?: Json;
  readonly variant?: string;
  readonly reason: Reason;
  readonly errorCode?: ErrorCode;
  readonly errorMessage?: string;
  readonly ruleId?: string;
  readonly metadata?: EvaluationMetadata;
}

/** What stops a decision: the flag ends in an error and the caller's default is served. */
export interface Fault {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

/** The evaluation of a flag that came upon a fault. */
export function failed(flagKey: string, fault: Fault): Evaluation {
  return Object.freeze({ flagKey, reason: 'ERROR', ...fault });
}

export function invalidContext(errorMessage: string): Fault {
  return { errorCode: 'INVALID_CONTEXT', errorMessage };
}

export const badTargetingKey: Fault = invalidContext('targetingKey must be a string');
