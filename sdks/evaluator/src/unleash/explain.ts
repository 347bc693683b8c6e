import type { EvaluationContext } from '../evaluation.ts';
import { describeCondition } from '../explain-text.ts';
import type { Flag, Rule, Split } from '../ruleset.ts';
import type { Findings } from '../scope.ts';
import type { Dialect } from './dialect.ts';
import { hasher, ROLLOUT_SEED, VARIANT_SEED } from './hash.ts';
import { compileSticky } from './sticky.ts';

interface Asked {
  readonly flag: Flag;
  readonly context: EvaluationContext;
  readonly now: number;
  readonly dialect: Dialect;
  readonly findings: Findings;
}

/** What the flag asks, in the order in which it asks, and where the hash puts this context. */
export function explainFlag(asked: Asked): string[] {
  const { flag } = asked;
  const requires = (flag.requires ?? []).map(required);
  const rules = (flag.rules ?? []).flatMap((rule) => explainRule(rule, asked));
  return [...requires, ...rules, ...explainServe(flag.default, 'the default', asked)];
}

function required({ flag, variants }: { readonly flag: string; readonly variants: readonly string[] }): string {
  return `flag ${flag} must serve ${variants.join(' or ')}`;
}

function explainRule(rule: Rule, asked: Asked): string[] {
  const name = `rule ${rule.name ?? rule.id}`;
  return [
    ...(rule.if ?? []).map((condition) => `${name} asks: ${describeCondition(condition, asked.context)}`),
    ...(rule.requires ?? []).map((requirement) => `${name}: ${required(requirement)}`),
    ...explainRollout(rule, name, asked),
    ...explainServe(rule.serve, name, asked),
  ];
}

function explainRollout({ rollout }: Rule, name: string, { flag, context, dialect, findings }: Asked): string[] {
  if (rollout === undefined) return [];
  const { by, seed } = typeof rollout === 'number' ? {} : rollout;
  const share = typeof rollout === 'number' ? `${rollout} %` : 'percent' in rollout ? `${rollout.percent} %` : 'a ramp';
  const value = compileSticky(by, 'rollout', { dialect, findings }).textOf(context);
  if (value === undefined) return [`${name} counts for ${share}, and the context has nothing to be hashed`];
  const bucket = (hasher(seed ?? dialect.seedOf(flag), ROLLOUT_SEED, dialect.encoding)(value) % 100) + 1;
  return [`${name} counts for ${share}: bucket ${bucket} of 100`];
}

function explainServe(serve: Rule['serve'], name: string, asked: Asked): string[] {
  if (typeof serve !== 'object' || serve === null || !('split' in serve)) return [];
  return [`${name} splits: ${placeOf(serve, asked)}`];
}

function placeOf({ split, by, seed }: Split, { flag, context, dialect, findings }: Asked): string {
  const total = split.reduce((sum, [, weight]) => sum + weight, 0);
  const value = compileSticky(by, 'variant', { dialect, findings }).textOf(context);
  if (value === undefined) return 'the context has nothing to be hashed';
  const hash = hasher(seed ?? dialect.seedOf(flag), VARIANT_SEED, dialect.encoding)(value);
  return `place ${(hash % total) + 1} of ${total}`;
}
