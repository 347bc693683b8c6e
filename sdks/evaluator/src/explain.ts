import type { CompiledFlag, CompiledRuleset, Matched } from './compiled.ts';
import { decide, evaluate, ownOf } from './evaluate.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import { describeCondition, describeEvaluation } from './explain-text.ts';
import { compileCondition } from './match.ts';
import { type BucketOf, compileHashing, EVERYONE, shareAt, shareOf } from './rollout.ts';
import type { Condition, Hashed, Json, Requirement, Rule, Serve } from './ruleset.ts';
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
    if (flag !== undefined) walk({ compiled, flag, evaluation, context: ownOf(flag, context), now }, steps);
  } catch {
    steps.push({ text: 'the context can not be read', matched: null });
  }
  return { evaluation, steps, sentence: describeEvaluation(evaluation) };
}

/** The same order as `decide`. */
function walk(asked: Asked, steps: ExplanationStep[]): void {
  const { compiled, flag, evaluation } = asked;
  const { source, enabled } = flag;
  const { semantics = 'burgee-1', requires = [], rules = [] } = source;
  steps.push({ text: enabled ? 'the flag is enabled' : 'the flag is not enabled', matched: enabled });
  if (!enabled) return;
  if (compiled.problems.has(flag.key)) {
    steps.push({ text: `the flag does not compile: ${evaluation.errorMessage}`, matched: null });
    return;
  }
  if (semantics !== 'burgee-1') {
    explainForeign(asked, steps);
    return;
  }
  for (const requirement of requires) {
    const step = explainRequirement(requirement, asked);
    steps.push(step);
    if (!step.matched) return;
  }
  for (const rule of rules) if (explainRule(rule, asked, steps)) return;
  steps.push({ text: rules.length === 0 ? 'the flag has no rules' : 'no rule matched', matched: true });
  explainSplit(source.default, asked, steps);
}

/** What the semantics of the flag has to say. */
function explainForeign({ compiled, flag, context, now, evaluation }: Asked, steps: ExplanationStep[]): void {
  const { source } = flag;
  const matched = evaluation.reason === 'ERROR' ? null : true;
  const texts = compiled.followed.get(source.semantics ?? '')?.explain?.(source, context, now) ?? [];
  for (const text of texts) steps.push({ text, matched });
  if (texts.length === 0) steps.push({ text: `${source.semantics} decides`, matched });
}

/** Whether the walk ends here. */
function explainRule(rule: Rule, asked: Asked, steps: ExplanationStep[]): boolean {
  const { id: ruleId } = rule;
  const questions = [
    ...(rule.if ?? []).map((condition) => () => explainCondition(condition, asked)),
    ...(rule.requires ?? []).map((requirement) => () => explainRequirement(requirement, asked)),
    () => explainRollout(rule, asked),
  ];
  for (const ask of questions) {
    const step = ask();
    if (step === undefined) continue;
    steps.push({ ...step, ruleId });
    if (step.matched !== true) return step.matched === null;
  }
  steps.push({ text: `rule ${rule.name ?? ruleId} matches`, matched: true, ruleId });
  explainSplit(rule.serve ?? null, asked, steps, ruleId);
  return true;
}

function explainCondition(condition: Condition, { compiled, context, now }: Asked): ExplanationStep {
  const matches = compileCondition(condition, '', compiled.toolsFor());
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
function explainRollout({ rollout }: Rule, asked: Asked): ExplanationStep | undefined {
  const share = shareAt(shareOf(rollout), asked.now);
  if (share === EVERYONE || rollout === undefined) return undefined;
  const hashed = typeof rollout === 'object' ? rollout : {};
  const text = `the rule counts for ${share / 1000} % of ${hashedBy(hashed)}`;
  if (share === 0) return { text, matched: false };
  const bucket = bucketFor(hashed, 'rollout', asked);
  if (typeof bucket !== 'number') return answer(text, bucket);
  return { text: `${text}: bucket ${bucket} of ${EVERYONE}`, matched: bucket < share, detail: { bucket, share } };
}

/** Which arm a split came to, where one is served. */
function explainSplit(serve: Serve, asked: Asked, steps: ExplanationStep[], ruleId?: string): void {
  if (serve === null || typeof serve === 'string' || 'value' in serve) return;
  const bucket = bucketFor(serve, 'split', asked);
  const text = `the split shares out ${hashedBy(serve)}`;
  const step =
    typeof bucket === 'number'
      ? {
          text: `${text}: bucket ${bucket} of ${EVERYONE}`,
          matched: true,
          detail: { bucket, variant: asked.evaluation.variant ?? null },
        }
      : answer(text, bucket);
  steps.push(ruleId === undefined ? step : { ...step, ruleId });
}

function bucketFor(hashed: Hashed, kind: 'rollout' | 'split', { flag, context }: Asked): ReturnType<BucketOf> {
  return compileHashing(hashed, kind, { flag: flag.source, findings: newFindings() })(context);
}

function hashedBy({ by }: Hashed): string {
  return by === undefined ? 'the targeting keys' : `the values of ${by.join(' or ')}`;
}
