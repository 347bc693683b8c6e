import type { Ramp } from './rollout.ts';
import type { Problem } from './ruleset.ts';

/** A linear-time regular expression engine; `compile` throws on a pattern it refuses. undefined: the text is too long for a pattern. */
export interface RegexEngine {
  compile(pattern: string): (subject: string) => boolean | undefined;
}

/** What compiling a flag or a segment finds out beside its closures. */
export interface Findings {
  readonly problems: Problem[];
  /** Attributes that are read; `*`: any, so the whole context counts. */
  readonly reads: Set<string>;
  /** When decisions change by themselves. */
  readonly changes: Set<Change>;
  /** Segments that may have to be asked. */
  work: number;
}

/** An instant, in milliseconds since 1970; a ramp; or a clock that is read, and how often it moves. */
export type Change = number | Ramp | { readonly everyMs: number };

export function newFindings(problems: readonly Problem[] = []): Findings {
  return { problems: [...problems], reads: new Set(), changes: new Set(), work: 0 };
}

/** All but the problems. */
export function addFindings(target: Findings, { reads, changes, work }: Findings): void {
  target.work += 1 + work;
  for (const name of reads) target.reads.add(name);
  for (const change of changes) target.changes.add(change);
}

/** A field of the record itself. */
export function own<Value>(record: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A problem as a sentence. */
export function placed({ path, message }: Problem): string {
  return path ? `${path}: ${message}` : message;
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
