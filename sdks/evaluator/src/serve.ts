import type { Serving } from './compiled.ts';
import type { Evaluation, EvaluationMetadata, Reason } from './evaluation.ts';
import { compileHashing } from './rollout.ts';
import type { Flag, Json, Metadata, Serve } from './ruleset.ts';
import type { Findings } from './scope.ts';

/** What the evaluations of one flag are made from. */
export interface Outcomes {
  readonly key: string;
  readonly flag: Flag;
  readonly findings: Findings;
  /** Frozen copies of the values. */
  readonly values: ReadonlyMap<string, Json>;
  readonly metadata: EvaluationMetadata | undefined;
}

export function outcomesOf(key: string, flag: Flag, findings: Findings): Outcomes {
  const values = new Map(Object.entries(flag.variants).map(([name, value]) => [name, frozen(value)]));
  return { key, flag, findings, values, metadata: flag.metadata && frozen(flag.metadata) };
}

/** Why an evaluation came out. */
export interface Cause {
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly metadata?: EvaluationMetadata;
}

/** The one frozen evaluation that serves a variant, or the code's default, for a cause. */
export function outcome(outcomes: Outcomes, variant: string | null, cause: Cause): Evaluation {
  const value = variant === null ? undefined : outcomes.values.get(variant);
  return served(outcomes, variant === null || value === undefined ? {} : { value, variant }, cause);
}

function served({ key, metadata }: Outcomes, answer: Pick<Evaluation, 'value' | 'variant'>, cause: Cause): Evaluation {
  return Object.freeze({ flagKey: key, ...answer, ...(metadata && { metadata }), ...cause });
}

/** The cause with metadata that go over the flag's. */
export function withMetadata({ metadata }: Outcomes, cause: Cause, more: Metadata | undefined): Cause {
  return more === undefined ? cause : { ...cause, metadata: Object.freeze({ ...metadata, ...more }) };
}

/** What is served once a rule, or nothing, has matched. */
export function compileServe(outcomes: Outcomes, serve: Serve, cause: Cause): Serving {
  if (typeof serve === 'string' || serve === null) return { same: outcome(outcomes, serve, cause), split: undefined };
  if ('value' in serve) return { same: served(outcomes, { value: frozen(serve.value) }, cause), split: undefined };
  let end = 0;
  const arms = serve.split.map(([variant, weight, metadata]) => {
    end += weight;
    return { end, served: outcome(outcomes, variant, withMetadata(outcomes, { ...cause, reason: 'SPLIT' }, metadata)) };
  });
  const { key, flag, findings } = outcomes;
  const hashing = compileHashing(serve, `${flag.salt ?? key}:split`, findings);
  return { same: undefined, split: { hashing, arms } };
}

function frozen<Value extends Json>(value: Value): Value {
  return typeof value === 'object' ? freeze(JSON.parse(JSON.stringify(value))) : value;
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
