import type { CompiledFlag, CompiledRule, CompiledRuleset, Matched, Serving } from './compiled.ts';
import { decide, evaluate } from './evaluate.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import { describeCondition, describeEvaluation } from './explain-text.ts';
import { compileCondition } from './match.ts';
import { bucketOf, EVERYONE, type Hashing, shareAt } from './rollout.ts';
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
  readonly evaluation: Evaluation;
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
    if (flag !== undefined) walk({ compiled, flag, evaluation, context, now }, steps);
  } catch {
    steps.push({ text: 'the context can not be read', matched: null });
  }
  return { evaluation, steps, sentence: describeEvaluation(evaluation) };
}

/** The same order as `decide`. */
function walk(asked: Asked, steps: ExplanationStep[]): void {
  const { compiled, flag, evaluation } = asked;
  const { source, enabled, rules } = flag;
  steps.push({ text: enabled ? 'the flag is enabled' : 'the flag is not enabled', matched: enabled });
  if (!enabled) return;
  if (compiled.problems.has(flag.key)) {
    steps.push({ text: `the flag does not compile: ${evaluation.errorMessage}`, matched: null });
    return;
  }
  if (flag.foreign !== undefined) {
    explainForeign(asked, steps);
    return;
  }
  for (const requirement of source.requires ?? []) {
    const step = explainRequirement(requirement, asked);
    steps.push(step);
    if (!step.matched) return;
  }
  for (const [i, rule] of (source.rules ?? []).entries()) {
    if (explainRule(rule, rules[i] as CompiledRule, asked, steps)) return;
  }
  steps.push({ text: rules.length === 0 ? 'the flag has no rules' : 'no rule matched', matched: true });
  explainSplit(flag.default, asked, steps);
}

/** What the semantics of the flag has to say. */
function explainForeign({ compiled, flag, context, now, evaluation }: Asked, steps: ExplanationStep[]): void {
  const { source } = flag;
  const matched = evaluation.reason === 'ERROR' ? null : true;
  const texts = compiled.common.others.get(source.semantics ?? '')?.explain?.(source, context, now) ?? [];
  for (const text of texts) steps.push({ text, matched });
  if (texts.length === 0) steps.push({ text: `${source.semantics} decides`, matched });
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
  explainSplit(compiled.serve, asked, steps, ruleId);
  return true;
}

function explainCondition(condition: Condition, { compiled, context, now }: Asked): ExplanationStep {
  const matches = compileCondition(condition, '', { ...compiled.common, ...newFindings() });
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
  const text = `flag ${key} must serve ${variants.join(' or ')}: ${served}`;
  return { text, matched, detail: { flag: key, variants, variant: variant ?? null } };
}

/** undefined: the rule counts for everyone. */
function explainRollout(rule: Rule, compiled: CompiledRule, { context, now }: Asked): ExplanationStep | undefined {
  const share = shareAt(compiled.share, now);
  const { hashing } = compiled;
  if (share === EVERYONE || rule.rollout === undefined) return undefined;
  const text = `the rule counts for ${share / 1000} % of ${hashedBy(hashing)}`;
  if (share === 0 || hashing === undefined) return { text, matched: false };
  const bucket = bucketOf(hashing, context);
  if (typeof bucket !== 'number') return answer(text, bucket);
  return { text: `${text}: bucket ${bucket} of ${EVERYONE}`, matched: bucket < share, detail: { bucket, share } };
}

/** Which arm a split came to, where one is served. */
function explainSplit(
  { split }: Serving,
  { context, evaluation }: Asked,
  steps: ExplanationStep[],
  ruleId?: string,
): void {
  if (split === undefined) return;
  const bucket = bucketOf(split.hashing, context);
  const text = `the split shares out ${hashedBy(split.hashing)}`;
  const step =
    typeof bucket === 'number'
      ? {
          text: `${text}: bucket ${bucket} of ${EVERYONE}`,
          matched: true,
          detail: { bucket, variant: evaluation.variant ?? null },
        }
      : answer(text, bucket);
  steps.push(ruleId === undefined ? step : { ...step, ruleId });
}

function hashedBy(hashing: Hashing | undefined): string {
  return hashing?.by === undefined ? 'the targeting keys' : `the values of ${hashing.by.join(' or ')}`;
}
