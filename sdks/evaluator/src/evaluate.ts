import type { CompiledFlag, CompiledRule, CompiledRuleset, Serving } from './compiled.ts';
import { type Evaluation, type EvaluationContext, failed } from './evaluation.ts';
import { bucketOf, EVERYONE, type Hashing, shareAt } from './rollout.ts';

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

export function decide(flag: CompiledFlag, context: EvaluationContext, now: number): Evaluation {
  if (flag.same !== undefined) return flag.same;
  try {
    return decideFor(flag, isPolluted() ? onlyOwn(context) : context, now);
  } catch {
    return failed(flag.key, { errorCode: 'INVALID_CONTEXT', errorMessage: 'the context can not be read' });
  }
}

/** The order of decisions, top to bottom, of a flag that is enabled and does not say the same to everyone. */
function decideFor(flag: CompiledFlag, context: EvaluationContext, now: number): Evaluation {
  if (flag.foreign !== undefined) return flag.foreign(context, now);
  for (const requirement of flag.requires) {
    if (!requirement.isMet(context, now)) return requirement.unmet;
  }
  for (const rule of flag.rules) {
    const served = decideRule(flag, rule, context, now);
    if (served !== undefined) return served;
  }
  return serve(flag, flag.default, context);
}

/** undefined: the rule does not count for this context. */
function decideRule(
  flag: CompiledFlag,
  rule: CompiledRule,
  context: EvaluationContext,
  now: number,
): Evaluation | undefined {
  const matched = rule.matches === undefined || rule.matches(context, now);
  if (matched === false) return undefined;
  if (matched !== true) return failed(flag.key, matched);
  const share = shareAt(rule.share, now);
  if (share === EVERYONE) return serve(flag, rule.serve, context);
  if (share === 0) return undefined;
  const bucket = bucketOf(rule.hashing as Hashing, context);
  if (typeof bucket !== 'number') return failed(flag.key, bucket);
  return bucket < share ? serve(flag, rule.serveSplit, context) : undefined;
}

function serve({ key }: CompiledFlag, { same, split }: Serving, context: EvaluationContext): Evaluation {
  if (split === undefined) return same as Evaluation;
  const bucket = bucketOf(split.hashing, context);
  if (typeof bucket !== 'number') return failed(key, bucket);
  for (const arm of split.arms) if (bucket < arm.end) return arm.served;
  throw new Error('weights do not cover all buckets');
}

/** Whether something was added to the prototype of all objects; engines know the answer without looking. */
function isPolluted(): boolean {
  for (const _ in plain) return true;
  return false;
}

const plain = {};

function onlyOwn(context: EvaluationContext): EvaluationContext {
  return Object.create(null, Object.getOwnPropertyDescriptors(context));
}

function notFound(flagKey: string, environment: string): Evaluation {
  return failed(flagKey, {
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: `no flag ${typeof flagKey === 'string' ? flagKey : typeof flagKey} in environment ${environment}`,
  });
}
