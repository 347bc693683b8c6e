import type { CompiledFlag, CompiledRuleset, Step } from './compiled.ts';
import { type Evaluation, type EvaluationContext, failed, invalidContext } from './evaluation.ts';

/**
 * Decides one flag for one context; never throws.
 *
 * @param now  milliseconds since 1970
 * @returns    a frozen evaluation, the same object whenever the answer is the same
 */
export function evaluate(
  { flags, environment }: CompiledRuleset,
  flagKey: string,
  context: EvaluationContext,
  now: number,
): Evaluation {
  const flag = flags.get(flagKey);
  return flag === undefined ? notFound(flagKey, environment) : decide(flag, context, now);
}

/** Decides all flags, or those that browsers may see, in the order of the ruleset. */
export function evaluateAll(
  { lists }: CompiledRuleset,
  context: EvaluationContext,
  now: number,
  only: 'all' | 'clientVisible' = 'all',
): Evaluation[] {
  return lists[only].map((flag) => decide(flag, context, now));
}

/** Decides as `steps.ts` has it, or the semantics that the flag follows. */
export function decide(flag: CompiledFlag, context: EvaluationContext, now: number): Evaluation {
  const { step } = flag;
  if (typeof step === 'object') return step;
  try {
    const evaluation = step(ownOf(flag, context), now);
    if (evaluation) return evaluation;
  } catch {
    // What can not be read is no answer either.
  }
  return failed(flag.key, invalidContext('the context can not be read'));
}

export function answer(step: Step, context: EvaluationContext, now: number): Evaluation | undefined {
  return typeof step === 'object' ? step : step(context, now);
}

/** What a flag may read of a context: nothing that the context inherits. */
export function ownOf({ readsInherited }: CompiledFlag, context: EvaluationContext): EvaluationContext {
  if (!readsInherited && !isPolluted()) return context;
  return Object.create(null, Object.getOwnPropertyDescriptors(context));
}

/** Whether something was added to the prototype of all objects; engines know the answer without looking. */
function isPolluted(): boolean {
  for (const _ in plain) return true;
  return false;
}

const plain = {};

function notFound(flagKey: string, environment: string): Evaluation {
  return failed(flagKey, {
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: `no flag ${typeof flagKey === 'string' ? flagKey : typeof flagKey} in environment ${environment}`,
  });
}
