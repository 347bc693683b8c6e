import type { Matcher } from './compiled.ts';
import { badTargetingKey } from './evaluation.ts';
import { compileConditions, matchEach } from './match.ts';
import type { Condition, Segment, SemanticsName } from './ruleset.ts';
import type { Scope } from './scope.ts';

/** Who is in a segment: excluded keys never, included keys always, others when all conditions match. */
export function compileSegment(segment: Segment, scope: Scope): Matcher {
  const matches = segment.if === undefined ? () => false : compileIf(segment.if, segment.semantics, scope);
  const excluded = new Set(segment.exclude);
  const included = new Set(segment.include);
  if (excluded.size + included.size === 0) return matches;
  scope.reads.add('targetingKey');
  return (context, now) => {
    const { targetingKey } = context;
    if (typeof targetingKey === 'string') {
      if (excluded.has(targetingKey)) return false;
      if (included.has(targetingKey)) return true;
    } else if (targetingKey !== undefined && targetingKey !== null) return badTargetingKey;
    return matches(context, now);
  };
}

function compileIf(conditions: readonly Condition[], name: SemanticsName = 'burgee-1', scope: Scope): Matcher {
  if (name === 'burgee-1') return matchEach(compileConditions(conditions, 'if', scope));
  const compile = scope.others.get(name)?.compileConditions;
  if (compile !== undefined) return compile(conditions, { findings: scope, regex: scope.regex });
  scope.problems.push({ path: 'semantics', message: `this evaluator was given no semantics ${name} for segments` });
  return () => false;
}
