import type { Matcher } from './compiled.ts';
import { badTargetingKey } from './evaluation.ts';
import { never } from './match.ts';
import type { Flag, Problem, Ruleset, Segment } from './ruleset.ts';
import { addFindings, attempt, newFindings, own, placed } from './scope.ts';
import type { Semantics, SemanticsTools } from './semantics.ts';

/** How many others one flag or segment may have to ask; `graph.ts` refuses more where a ruleset is parsed. */
export const WORK_LIMIT = 1000;

/** What all flags and segments of one compilation have in common. */
export interface Common extends Pick<SemanticsTools, 'regex' | 'random' | 'decide'> {
  readonly followed: ReadonlyMap<string, Semantics>;
}

/** What compiling a flag or a segment needs. */
export interface Tools extends Common, Pick<SemanticsTools, 'findings' | 'segment'> {}

type CompiledSegment = Tools & { readonly matches: Matcher };

/** Makes the tools for a flag or a segment with its known problems; segments are compiled when first asked for. */
export function toolsMaker({ segments, faults }: Ruleset, common: Common): (problems?: readonly Problem[]) => Tools {
  const compiled = new Map<string, CompiledSegment>();
  const toolsFor = (problems?: readonly Problem[]) => {
    const findings = newFindings(problems);
    const segment = (key: string, path: string) => {
      const named = compiled.get(key) ?? compileSegment(key);
      const messages = named?.findings.problems.map((problem) => `segment ${key}: ${placed(problem)}`);
      for (const message of messages ?? [`unknown segment ${key}`])
        findings.problems.push({ path: `${path}.segment`, message });
      if (named) addFindings(findings, named.findings);
      return named?.matches ?? never;
    };
    return { ...common, findings, segment, matches: never as Matcher };
  };
  const compileSegment = (key: string) => {
    const source = own(segments, key);
    if (source === undefined) return undefined;
    const tools = toolsFor(own(faults?.segments, key));
    const { findings } = tools;
    const { problems } = findings;
    // Already now, so that one that asks for itself ends here.
    compiled.set(key, tools);
    if (problems.length === 0) tools.matches = attempt(findings, () => matcherOf(source, tools)) ?? never;
    // One for all: what the others say would multiply too.
    if (findings.work > WORK_LIMIT) problems.splice(0, problems.length, { path: 'if', message: 'too many segments' });
    return tools;
  };
  return toolsFor;
}

/** The semantics that a flag or a segment follows; undefined, and a problem, where it was not given. */
export function semanticsOf(
  { semantics = 'burgee-1' }: Pick<Flag, 'semantics'>,
  { followed, findings }: Tools,
): Semantics | undefined {
  const found = followed.get(semantics);
  if (!found)
    findings.problems.push({ path: 'semantics', message: `this evaluator was given no semantics ${semantics}` });
  return found;
}

/** Who is in a segment: excluded keys never, included keys always, others when all conditions match. */
function matcherOf(segment: Segment, tools: Tools): Matcher {
  const matches = (segment.if && semanticsOf(segment, tools)?.compileConditions?.(segment.if, tools)) ?? never;
  const excluded = new Set(segment.exclude);
  const included = new Set(segment.include);
  if (excluded.size + included.size === 0) return matches;
  tools.findings.reads.add('targetingKey');
  return (context, now) => {
    const { targetingKey } = context;
    if (typeof targetingKey === 'string') {
      if (excluded.has(targetingKey)) return false;
      if (included.has(targetingKey)) return true;
    } else if (targetingKey !== undefined && targetingKey !== null) return badTargetingKey;
    return matches(context, now);
  };
}
