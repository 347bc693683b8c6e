import type { Matcher } from './compiled.ts';
import { badTargetingKey } from './evaluation.ts';
import { type Naming, problemsOf } from './graph.ts';
import { compileConditions, groupOf, matchEach, never, toolsOf } from './match.ts';
import type { Condition, Ruleset, Segment } from './ruleset.ts';
import { attempt, type Common, type CompiledSegment, newFindings, otherSemantics, type Scope } from './scope.ts';

/** Compiles a segment when a flag, or another segment, first asks for it. */
export function segmentCompiler({ segments, faults }: Ruleset, common: Omit<Common, 'segmentOf'>): Common['segmentOf'] {
  const sources = new Map(Object.entries(segments));
  const problems = problemsOf(sources, faults?.segments, nested);
  const compiled = new Map<string, CompiledSegment>();
  const compile = (key: string): CompiledSegment | undefined => {
    const known = compiled.get(key);
    const source = sources.get(key);
    if (known !== undefined || source === undefined) return known;
    const scope: Scope = { ...newFindings(problems.get(key)), ...common, segmentOf: compile };
    const isSound = scope.problems.length === 0;
    const matches = (isSound && attempt(scope, () => compileSegment(source, scope))) || never;
    const made = { ...scope, matches };
    compiled.set(key, made);
    return made;
  };
  return compile;
}

const nested: Naming<Segment> = {
  namesOf: ({ if: conditions = [] }) => namedIn(conditions),
  noun: 'segments',
  path: 'if',
};

/** The segments that conditions name. */
function namedIn(conditions: readonly Condition[]): string[] {
  return conditions.flatMap((condition) => {
    if ('segment' in condition) return condition.segment;
    return 'attr' in condition ? [] : namedIn(groupOf(condition)[1]);
  });
}

/** Who is in a segment: excluded keys never, included keys always, others when all conditions match. */
function compileSegment(segment: Segment, scope: Scope): Matcher {
  const matches = segment.if === undefined ? never : compileIf(segment.if, segment, scope);
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

function compileIf(conditions: readonly Condition[], { semantics = 'burgee-1' }: Segment, scope: Scope): Matcher {
  if (semantics === 'burgee-1') return matchEach(compileConditions(conditions, 'if', scope));
  return otherSemantics(semantics, scope)?.compileConditions?.(conditions, toolsOf(scope)) ?? never;
}
