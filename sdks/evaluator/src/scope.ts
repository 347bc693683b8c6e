import type { CompiledFlag, Matcher } from './compiled.ts';
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
  readonly instants: number[];
  readonly ramps: Ramp[];
  /** Milliseconds at whose multiples a decision can change, such as 1,000 for a flag that reads a clock in seconds. */
  readonly clocks: Set<number>;
}

/** What compiling a flag or a segment needs. */
export interface Scope extends Findings, Common {}

/** What all flags and segments of one compilation have in common. */
export interface Common {
  readonly regex: RegexEngine | undefined;
  readonly random: (() => number) | undefined;
  readonly others: ReadonlyMap<string, Semantics & { readonly shared: Map<string, unknown> }>;
  /** Filled while they are compiled. */
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** undefined: there is no such segment. */
  readonly segment: (key: string) => CompiledSegment | undefined;
}

export interface CompiledSegment extends Findings {
  readonly matches: Matcher;
}

export function newFindings(problems: readonly Problem[] = [], problem?: Problem): Findings {
  const all = problem === undefined ? [...problems] : [...problems, problem];
  return { problems: all, reads: new Set(), instants: [], ramps: [], clocks: new Set() };
}

export function addFindings(target: Findings, { reads, instants, ramps, clocks }: Findings): void {
  for (const attribute of reads) target.reads.add(attribute);
  for (const instant of instants) target.instants.push(instant);
  for (const ramp of ramps) target.ramps.push(ramp);
  for (const clock of clocks) target.clocks.add(clock);
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
