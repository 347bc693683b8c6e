import { compile, type EvaluationContext, evaluate, explain, nextChangeAt, parseRuleset } from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';

/** The files of `spec/`, handed over, because a browser has no disk. */
export interface Spec {
  readonly decisions: readonly DecisionFile[];
  readonly buckets: readonly { readonly seed: string; readonly value: string; readonly bucket: number }[];
}

interface DecisionFile {
  readonly ruleset: unknown;
  readonly cases: readonly { flag: string; context: EvaluationContext; now?: string; expected: unknown }[];
}

/**
 * Decides every case of `spec/`; the same lines run in every runtime.
 *
 * @returns  by file, for each case the evaluation and why; then by bucket, whether the value is below it and the next
 */
export function decideSpec({ decisions, buckets }: Spec): readonly unknown[] {
  return [...decisions.map(decideFile), buckets.map(sidesOf)];
}

function decideFile({ ruleset, cases }: DecisionFile): unknown {
  const compiled = compiledOf(ruleset);
  return cases.map(({ flag, context, now = '2026-06-01T00:00:00Z' }) => {
    const at = Date.parse(now);
    const { steps, sentence } = explain(compiled, flag, context, at);
    return [evaluate(compiled, flag, context, at), steps, sentence, nextChangeAt(compiled, at)];
  });
}

/** A bucket is seen from outside by the share that takes it in. */
function sidesOf({ seed, value, bucket }: Spec['buckets'][number]): boolean[] {
  const shareOf = (share: number) => ({ percent: share / 1000, seed });
  const base = { enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: 'off' };
  const flag = (key: string, share: number) => ({ ...base, key, rules: [{ id: 'r', rollout: shareOf(share) }] });
  const flags = { below: flag('below', bucket), next: flag('next', bucket + 1) };
  const compiled = compiledOf({ format: 1, environment: 'spec', version: '1.spec', flags, segments: {} });
  return ['below', 'next'].map((key) => evaluate(compiled, key, { targetingKey: value }, 0).value === true);
}

function compiledOf(ruleset: unknown) {
  const parsed = parseRuleset(ruleset);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compile(parsed.ruleset, { regex: regexEngine });
}
