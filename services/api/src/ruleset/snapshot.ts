import type { CompiledRuleset, Problem, Ruleset } from '@burgee/evaluator';

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
  /** `disk`: this process has not reached the database since it started. */
  readonly source: 'database' | 'disk';
}
