import type { CompiledRuleset, Problem, Ruleset } from '@burgee/evaluator';
import type { Assembled } from './assemble.ts';
import { mayDraw } from './compile-options.ts';

/** What one environment is served from: immutable, exchanged as a whole. */
export interface Snapshot {
  readonly environmentId: string;
  /** Opaque: names exactly one content and is compared whole. */
  readonly version: string;
  /** As it is served: a flag whose newest form does not compile stands in its newest form that does. */
  readonly ruleset: Ruleset;
  readonly compiled: CompiledRuleset;
  /** What is wrong with newest stored forms, by flag key. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** Flags served in an earlier form than the stored one. */
  readonly substituted: ReadonlySet<string>;
  /** Whether a decision may be up to chance. */
  readonly mayDraw: boolean;
  /** Hex of the newest audit entry's hash in this environment's chain; null: there is none. */
  readonly auditHead: string | null;
  /** `disk`: it was saved by an earlier process, and its source has not been reached since. */
  readonly source: 'live' | 'disk';
}

/** Something that may change decisions: a new version, or an instant at which the clock changes them. */
export interface Change {
  readonly previous: Snapshot;
  /** The same as `previous` when only the clock moved. */
  readonly next: Snapshot;
  /** When it was committed, milliseconds since 1970; undefined: not known, or the clock did it. */
  readonly changedAt: number | undefined;
}

export function snapshotOf(
  environmentId: string,
  found: { assembled: Assembled; auditHead: string | null; source: Snapshot['source'] },
): Snapshot {
  const { assembled, auditHead, source } = found;
  const { version, flags } = assembled.ruleset;
  const draws = Object.values(flags).some(mayDraw);
  return Object.freeze({ environmentId, version, ...assembled, mayDraw: draws, auditHead, source });
}
