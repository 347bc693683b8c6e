import type { CompiledFlag, CompiledRule, CompiledRuleset, Matched } from './compiled.ts';
import { decide, evaluate } from './evaluate.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import { describeCondition, describeEvaluation } from './explain-text.ts';
import { compileCondition } from './match.ts';
import { bucketOf, EVERYONE } from './rollout.ts';
import type { Condition, Json, Requirement, Rule } from './ruleset.ts';
import { newFindings } from './scope.ts';

/** A decision with the way that led to it. */
export interface Explanation {
  readonly evaluation: Evaluation;
  /** What was looked at, in order, up to what decided. */
  readonly steps: readonly ExplanationStep[];
  readonly sentence: string;
}

export interface ExplanationStep {
  readonly text: string;
  /** null: the question had no answer, and the flag is an error. */
  readonly matched: boolean | null;
  /** The rule that the step belongs to. */
  readonly ruleId?: string;
  readonly detail?: { readonly [name: string]: Json };
}

interface Asked {
  readonly compiled: CompiledRuleset;
  readonly flag: CompiledFlag;
  readonly context: EvaluationContext;
  readonly now: number;
}

/** Decides one flag as `evaluate` does and tells why; never throws. */
export function explain(
  compiled: CompiledRuleset,
  flagKey: string,
  context: EvaluationContext,
  now: number,
): Explanation {
  const evaluation = evaluate(compiled, flagKey, context, now);
  const flag = compiled.flags.get(flagKey);
  const steps: ExplanationStep[] = [];
  try {
    if (flag !== undefined) walk({ compiled, flag, context, now }, steps);
  } catch {
    steps.push({ text: 'the context can not be read', matched: null });
  }
  return { evaluation, steps, sentence: describeEvaluation(evaluation) };
}

/** The same order as `decide`. */
function walk(asked: Asked, steps: ExplanationStep[]): void {
  const { flag } = asked;
  const { source } = flag;
  steps.push({ text: flag.enabled ? 'the flag is enabled' : 'the flag is not enabled', matched: flag.enabled });
  if (!flag.enabled) return;
  if (flag.broken !== undefined) {
    steps.push({ text: `the flag does not compile: ${flag.broken.errorMessage}`, matched: null });
    return;
  }
  for (const requirement of source.requires ?? []) {
    const step = explainRequirement(requirement, asked);
    steps.push(step);
    if (!step.matched) return;
  }
  for (const [i, rule] of (source.rules ?? []).entries()) {
    const compiledRule = flag.rules[i];
    if (compiledRule !== undefined && explainRule(rule, compiledRule, asked, steps)) return;
  }
  steps.push({ text: flag.rules.length === 0 ? 'the flag has no rules' : 'no rule matched', matched: true });
}

/** Whether the walk ends here. */
function explainRule(rule: Rule, compiled: CompiledRule, asked: Asked, steps: ExplanationStep[]): boolean {
  const { id: ruleId } = rule;
  const questions = [
    ...(rule.if ?? []).map((condition) => () => explainCondition(condition, asked)),
    ...(rule.requires ?? []).map((requirement) => () => explainRequirement(requirement, asked)),
    () => explainRollout(rule, compiled, asked),
  ];
  for (const ask of questions) {
    const step = ask();
    if (step === undefined) continue;
    steps.push({ ...step, ruleId });
    if (step.matched !== true) return step.matched === null;
  }
  steps.push({ text: `rule ${rule.name ?? ruleId} matches`, matched: true, ruleId });
  return true;
}

function explainCondition(condition: Condition, { flag, context, now }: Asked): ExplanationStep {
  const { scope } = flag;
  const matches = compileCondition(condition, '', { ...scope, ...newFindings() });
  return answer(describeCondition(condition, context), matches(context, now));
}

function answer(text: string, matched: Matched): ExplanationStep {
  if (typeof matched === 'boolean') return { text, matched };
  return { text: `${text}: ${matched.errorMessage}`, matched: null };
}

function explainRequirement({ flag: key, variants }: Requirement, { compiled, context, now }: Asked): ExplanationStep {
  const flag = compiled.flags.get(key);
  const variant = flag && decide(flag, context, now).variant;
  const matched = variant !== undefined && variants.includes(variant);
  const served = flag === undefined ? 'there is no such flag' : `it serves ${variant ?? "the code's default"}`;
  return { text: `flag ${key} must serve ${variants.join(' or ')}: ${served}`, matched };
}

/** undefined: the rule counts for everyone. */
function explainRollout(rule: Rule, compiled: CompiledRule, { context, now }: Asked): ExplanationStep | undefined {
  const share = compiled.share(now);
  if (share === EVERYONE || rule.rollout === undefined) return undefined;
  const percent = `${share / 1000} %`;
  if (share === 0) return { text: `the rule counts for ${percent} of the targeting keys`, matched: false };
  const bucket = bucketOf(compiled.rolloutSeed, context);
  if (typeof bucket !== 'number') return answer(`the rule counts for ${percent} of the targeting keys`, bucket);
  return {
    text: `the rule counts for ${percent} of the targeting keys: bucket ${bucket} of ${EVERYONE}`,
    matched: bucket < share,
    detail: { bucket, share },
  };
}
