import type { FormerForms, RawRuleset } from './assemble.ts';

/** One environment as it stood at one instant. */
export interface StoredRuleset {
  readonly raw: RawRuleset;
  /** Hex of the newest audit entry's hash; null: there is none. */
  readonly auditHead: string | null;
  /** The newest entry of the audit log at that instant: what was written later is not looked at. */
  readonly auditEntry: string;
}

/**
 * Where rulesets come from: the database, or another Burgee. What it tells by itself is only a hint; what it answers
 * is the truth.
 */
export interface RulesetSource {
  /**
   * Reads an environment in one instant; undefined: there is none.
   *
   * @param heldVersion  the version that is served: if that stands, the answer is `unchanged`
   * @throws RefusedRuleset when what is there cannot be served as a whole
   */
  readRuleset(environmentId: string, heldVersion: string | undefined): Promise<StoredRuleset | 'unchanged' | undefined>;
  /** The versions of environments, by id, and of others that are to be opened without being asked for. */
  readVersions(environmentIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Earlier forms of flags, newest first, none newer than the audit entry. */
  readFormerForms(environmentId: string, flagKeys: readonly string[], auditEntry: string): Promise<FormerForms>;
  /** Starts to tell of changes; resolves when it hears for the first time, or cannot. It goes on trying by itself. */
  listen(listener: Listener): Promise<void>;
  /** Finds out whether changes would still be heard; if not, listens anew. */
  probe(): Promise<void>;
  /** Takes for lost what it listens on, and listens anew. */
  listenAnew(): void;
  close(): Promise<void>;
}

/** Who is told of changes. */
export interface Listener {
  /** Something about an environment may be another; `changedAt`: since when, in milliseconds since 1970. */
  changed(environmentId: string, changedAt: number | undefined): void;
  /** Changes may have gone unheard: everything is to be compared. */
  missed(): Promise<void>;
}

/** Injection token of the one {@link RulesetSource}. */
export const RULESET_SOURCE = Symbol('ruleset source');
