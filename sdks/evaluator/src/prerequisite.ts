import type { Matcher } from './compiled.ts';
import type { EvaluationContext } from './evaluation.ts';
import type { Naming } from './graph.ts';
import type { Flag, Requirement } from './ruleset.ts';
import type { Common } from './scope.ts';

/** Whether the required flag serves one of the variants to this context. */
export function compileIsMet(
  { flag, variants }: Requirement,
  { decide }: Common,
): (context: EvaluationContext, now: number) => boolean {
  return (context, now) => {
    const variant = decide(flag, context, now)?.variant;
    return variant !== undefined && variants.includes(variant);
  };
}

/** Each requirement as a function. */
export function compileRequirements(requirements: readonly Requirement[], scope: Common): Matcher[] {
  return requirements.map((requirement) => compileIsMet(requirement, scope));
}

/** What flags require, and their rules. */
export const prerequisites: Naming<Flag> = { namesOf: requiredBy, noun: 'prerequisites', path: 'requires' };

function requiredBy({ requires = [], rules = [] }: Flag): string[] {
  return [requires, ...rules.map((rule) => rule.requires ?? [])].flat().map(({ flag }) => flag);
}
