import type { CompiledFlag, CompiledRule, CompiledRuleset } from './compiled.ts';
import { type Evaluation, type EvaluationContext, failed } from './evaluation.ts';
import { bucketOf, EVERYONE } from './rollout.ts';

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
  { flags }: CompiledRuleset,
  context: EvaluationContext,
  now: number,
  only: 'all' | 'clientVisible' = 'all',
): Evaluation[] {
  const evaluations: Evaluation[] = [];
  for (const flag of flags.values()) {
    if (only === 'all' || flag.clientVisible) evaluations.push(decide(flag, context, now));
  }
  return evaluations;
}

/** The order of decisions, top to bottom. */
export function decide(flag: CompiledFlag, context: EvaluationContext, now: number): Evaluation {
  if (!flag.enabled) return flag.off;
  if (flag.broken !== undefined) return flag.broken;
  try {
    for (const requirement of flag.requires) {
      if (!requirement.isMet(context, now)) return requirement.unmet;
    }
    for (const rule of flag.rules) {
      const served = decideRule(flag, rule, context, now);
      if (served !== undefined) return served;
    }
    return flag.serveDefault(context, now);
  } catch {
    return flag.unreadable;
  }
}

/** undefined: the rule does not count for this context. */
function decideRule(
  { key }: CompiledFlag,
  rule: CompiledRule,
  context: EvaluationContext,
  now: number,
): Evaluation | undefined {
  const matched = rule.matches(context, now);
  if (matched === false) return undefined;
  if (matched !== true) return failed(key, matched);
  const share = rule.share(now);
  if (share === EVERYONE) return rule.serve(context, now);
  if (share === 0) return undefined;
  const bucket = bucketOf(rule.rolloutSeed, context);
  if (typeof bucket !== 'number') return failed(key, bucket);
  return bucket < share ? rule.serveSplit(context, now) : undefined;
}

function notFound(flagKey: string, environment: string): Evaluation {
  return failed(flagKey, {
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: `no flag ${typeof flagKey === 'string' ? flagKey : typeof flagKey} in environment ${environment}`,
  });
}
