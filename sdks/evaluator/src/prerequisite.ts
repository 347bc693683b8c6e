import type { Matcher } from './compiled.ts';
import type { Requirement } from './ruleset.ts';
import type { SemanticsTools } from './semantics.ts';

/** Whether the required flag serves one of the variants to this context. */
export function compileIsMet({ flag, variants }: Requirement, { decide }: Pick<SemanticsTools, 'decide'>): Matcher {
  return (context, now) => variants.includes(decide(flag, context, now)?.variant as string);
}

/** Each requirement as a function. */
export function compileRequirements(
  requirements: readonly Requirement[],
  tools: Pick<SemanticsTools, 'decide'>,
): Matcher[] {
  return requirements.map((requirement) => compileIsMet(requirement, tools));
}
