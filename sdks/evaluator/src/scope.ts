import type { Matcher } from './compiled.ts';
import type { Ramp } from './rollout.ts';
import type { Problem } from './ruleset.ts';

/** A linear-time regular expression engine; `compile` throws on a pattern it refuses. */
export interface RegexEngine {
  compile(pattern: string): (subject: string) => boolean;
}

/** What compiling a flag or a segment finds out beside its closures. */
export interface Findings {
  readonly problems: Problem[];
  /** Attributes that are read. */
  readonly reads: Set<string>;
  /** Milliseconds at which a date condition on `now` changes. */
  readonly instants: number[];
  readonly ramps: Ramp[];
}

/** What compiling a flag or a segment needs. */
export interface Scope extends Findings {
  readonly regex: RegexEngine | undefined;
  /** undefined: there is no such segment, or one segment refers to another. */
  readonly segment: (key: string) => CompiledSegment | undefined;
}

export interface CompiledSegment extends Findings {
  readonly matches: Matcher;
}

export function newFindings(): Findings {
  return { problems: [], reads: new Set(), instants: [], ramps: [] };
}

export function addFindings(target: Findings, { reads, instants, ramps }: Findings): void {
  for (const attribute of reads) target.reads.add(attribute);
  target.instants.push(...instants);
  target.ramps.push(...ramps);
}
