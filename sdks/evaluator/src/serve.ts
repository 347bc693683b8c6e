import type { Step } from './compiled.ts';
import { type Evaluation, type EvaluationMetadata, failed, type Reason } from './evaluation.ts';
import { compileHashing } from './rollout.ts';
import type { Flag, Json, Literal, Metadata, Serve, Split } from './ruleset.ts';
import type { SemanticsTools } from './semantics.ts';

/** Why an evaluation came out. */
export interface Cause {
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly metadata?: EvaluationMetadata;
}

/** Makes the one frozen evaluation of a flag for a cause; further metadata go over the flag's. */
export type Outcome = (serve: string | null | Literal, cause: Cause, more?: Metadata) => Evaluation;

/** What compiling a flag needs. */
export interface FlagScope extends SemanticsTools {
  readonly flag: Flag;
}

/** A variant that is not there is the code's default. */
export function outcomesOf(flagKey: string, flag: Flag): Outcome {
  const variants = frozen(flag.variants);
  const ofFlag = flag.metadata && frozen(flag.metadata);
  const answerOf = (serve: string | null | Literal) => {
    if (typeof serve === 'string')
      return Object.hasOwn(variants, serve) && { value: variants[serve] as Json, variant: serve };
    return serve && { value: frozen(serve.value) };
  };
  return (serve, cause, more) => {
    const metadata = more ? Object.freeze({ ...ofFlag, ...more }) : ofFlag;
    return Object.freeze({ flagKey, ...answerOf(serve), ...(metadata && { metadata }), ...cause });
  };
}

/** What is served once a rule, or nothing, has matched. */
export function compileServe(serve: Serve, cause: Cause, scope: FlagScope): Step {
  const { flag, outcome } = scope;
  if (serve === null || typeof serve === 'string' || 'value' in serve) return outcome(serve, cause);
  const arms = armsOf(serve, { ...cause, reason: 'SPLIT' }, outcome);
  const bucketOf = compileHashing(serve, 'split', scope);
  const { key } = flag;
  return (context) => {
    const bucket = bucketOf(context);
    if (typeof bucket !== 'number') return failed(key, bucket);
    for (const arm of arms) if (bucket < arm.end) return arm.served;
    return undefined;
  };
}

/** Side by side; each ends before a bucket. */
function armsOf({ split }: Split, cause: Cause, outcome: Outcome): { end: number; served: Evaluation }[] {
  let end = 0;
  return split.map(([variant, weight, metadata]) => {
    end += weight;
    return { end, served: outcome(variant, cause, metadata) };
  });
}

/** A copy that nobody changes. */
function frozen<Value extends Json>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, part) => Object.freeze(part));
}
