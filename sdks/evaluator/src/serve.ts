import { type HashState, seedState } from './bucket.ts';
import type { Serving } from './compiled.ts';
import { type Evaluation, type EvaluationMetadata, failed, type Reason } from './evaluation.ts';
import { bucketOf, EVERYONE } from './rollout.ts';
import type { Flag, Json, Serve, Split } from './ruleset.ts';
import type { Findings } from './scope.ts';

/** What the evaluations of one flag are made from. */
export interface Outcomes {
  readonly key: string;
  readonly flag: Flag;
  readonly findings: Findings;
  readonly splitSeed: HashState;
  /** Frozen copies of the values. */
  readonly values: ReadonlyMap<string, Json>;
  readonly metadata: EvaluationMetadata | undefined;
}

export function outcomesOf(key: string, flag: Flag, findings: Findings): Outcomes {
  return {
    key,
    flag,
    findings,
    splitSeed: seedState(`${flag.salt ?? key}:split`),
    values: new Map(Object.entries(flag.variants).map(([name, value]) => [name, frozen(value)])),
    metadata: flag.metadata && frozen(flag.metadata),
  };
}

/** Why an evaluation came out. */
export interface Cause {
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly metadata?: EvaluationMetadata;
}

/** The one frozen evaluation that serves a variant, or the code's default, for a cause. */
export function outcome({ key, values, metadata }: Outcomes, variant: string | null, cause: Cause): Evaluation {
  const value = variant === null ? undefined : values.get(variant);
  return Object.freeze({
    flagKey: key,
    ...(variant !== null && value !== undefined && { value, variant }),
    ...(metadata && { metadata }),
    ...cause,
  });
}

/** A variant, the code's default or a split, ready to be served; faults go to the findings. */
export function compileServe(outcomes: Outcomes, serve: Serve, cause: Cause, path: string): Serving {
  if (serve !== null && typeof serve === 'object') {
    if ('split' in serve) return compileSplit(outcomes, serve, cause, `${path}.split`);
    const literal = Object.freeze({ ...outcome(outcomes, null, cause), value: frozen(serve.value) });
    return () => literal;
  }
  checkVariant(outcomes, serve, path);
  const served = outcome(outcomes, serve, cause);
  return () => served;
}

function compileSplit(outcomes: Outcomes, { split }: Split, cause: Cause, path: string): Serving {
  const { key, splitSeed, findings } = outcomes;
  findings.reads.add('targetingKey');
  let end = 0;
  const parts = split.map(([variant, weight]) => {
    checkVariant(outcomes, variant, path);
    end += weight >= 0 ? weight : Number.NaN;
    return { end, served: outcome(outcomes, variant, { ...cause, reason: 'SPLIT' }) };
  });
  if (end !== EVERYONE) findings.problems.push({ path, message: 'weights are in 1/1000 % and sum to 100,000' });
  return (context) => {
    const bucket = bucketOf(splitSeed, context);
    if (typeof bucket !== 'number') return failed(key, bucket);
    for (const part of parts) if (bucket < part.end) return part.served;
    throw new Error('weights do not cover all buckets');
  };
}

/** Adds a problem where a variant is named that the flag does not have. */
export function checkVariant({ values, findings }: Outcomes, variant: string | null, path: string): void {
  if (variant !== null && !values.has(variant))
    findings.problems.push({ path, message: `no variant named ${variant}` });
}

function frozen<Value extends Json>(value: Value): Value {
  return typeof value === 'object' ? freeze(JSON.parse(JSON.stringify(value))) : value;
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
