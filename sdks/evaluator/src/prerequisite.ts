import type { CompiledFlag } from './compiled.ts';
import { decide } from './evaluate.ts';
import type { EvaluationContext } from './evaluation.ts';
import { graphFaults } from './graph.ts';
import type { Flag, Problem, Requirement } from './ruleset.ts';

/** Whether the required flag serves one of the variants to this context. */
export function compileIsMet(
  { flag, variants }: Requirement,
  flags: ReadonlyMap<string, CompiledFlag>,
): (context: EvaluationContext, now: number) => boolean {
  return (context, now) => {
    const required = flags.get(flag);
    const variant = required && decide(required, context, now).variant;
    return variant !== undefined && variants.includes(variant);
  };
}

/** The flags that can not be decided because of what they require, each with the reason. */
export function prerequisiteFaults(flags: ReadonlyMap<string, Flag>): Map<string, Problem> {
  return graphFaults(flags, requiredBy, 'prerequisites', 'requires');
}

function requiredBy({ requires = [], rules = [] }: Flag): string[] {
  return [requires, ...rules.map((rule) => rule.requires ?? [])].flat().map(({ flag }) => flag);
}
