import type { Matcher } from './compiled.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import type { Ramp } from './rollout.ts';
import type { Problem } from './ruleset.ts';
import type { Semantics } from './semantics.ts';

/** A linear-time regular expression engine; `compile` throws on a pattern it refuses. */
export interface RegexEngine {
  compile(pattern: string): (subject: string) => boolean;
}

/** What compiling a flag or a segment finds out beside its closures. */
export interface Findings {
  readonly problems: Problem[];
  /** Attributes that are read; `*`: any, so the whole context counts. */
  readonly reads: Set<string>;
  /** Milliseconds at which a date condition on `now` changes. */
  readonly instants: Set<number>;
  readonly ramps: Set<Ramp>;
  /** Milliseconds at whose multiples a decision can change, such as 1,000 for a flag that reads a clock in seconds. */
  readonly clocks: Set<number>;
}

/** What compiling a flag or a segment needs. */
export interface Scope extends Findings, Common {}

/** What all flags and segments of one compilation have in common. */
export interface Common {
  readonly regex: RegexEngine | undefined;
  readonly random: (() => number) | undefined;
  readonly others: ReadonlyMap<string, OtherSemantics>;
  /** Decides another flag; undefined: there is none. */
  readonly decide: (flagKey: string, context: EvaluationContext, now: number) => Evaluation | undefined;
  /** undefined: there is no such segment. */
  readonly segmentOf: (key: string) => CompiledSegment | undefined;
}

/** With what its flags in one compilation share. */
export interface OtherSemantics extends Semantics {
  readonly shared: Map<string, unknown>;
}

export interface CompiledSegment extends Findings {
  readonly matches: Matcher;
}

export function newFindings(problems: readonly Problem[] = []): Findings {
  return { problems: [...problems], reads: new Set(), instants: new Set(), ramps: new Set(), clocks: new Set() };
}

/** All but the problems. */
export function addFindings(target: Findings, found: Findings): void {
  for (const kind of ['reads', 'instants', 'ramps', 'clocks'] as const)
    for (const one of found[kind]) (target[kind] as Set<unknown>).add(one);
}

/** A problem as a sentence. */
export function placed({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** undefined, and a problem, where the definition is so odd that compiling it throws. */
export function attempt<Result>({ problems }: Findings, make: () => Result): Result | undefined {
  try {
    return make();
  } catch {
    if (problems.length === 0) problems.push({ path: '', message: 'does not compile' });
    return undefined;
  }
}

/** The semantics of a flag or a segment that is not Burgee's own; undefined, and a problem, where it was not given. */
export function otherSemantics(name: string, { others, problems }: Scope): OtherSemantics | undefined {
  const found = others.get(name);
  if (found === undefined)
    problems.push({ path: 'semantics', message: `this evaluator was given no semantics ${name}` });
  return found;
}
