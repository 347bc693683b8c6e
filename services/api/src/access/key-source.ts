import type { KeyKind } from './credential.ts';

/** An API key as it is kept in memory and in a snapshot; the hash is hex. */
export interface StoredKey {
  readonly id: string;
  readonly environmentId: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
}

/** Where keys come from: the database, or another Burgee. */
export interface KeySource {
  /**
   * Every key that was not revoked.
   *
   * @param held  what is in memory: a source that has not heard of an environment yet answers with its keys as they are
   */
  readKeys(held: readonly StoredKey[]): Promise<StoredKey[]>;
  /**
   * One key that was not revoked, by its hash.
   *
   * @throws UNAVAILABLE when nobody can say that there is none
   */
  readKey(hash: string): Promise<StoredKey | undefined>;
  writeLastUsed(uses: ReadonlyMap<string, number>): Promise<void>;
}

/** Injection token of the one {@link KeySource}. */
export const KEY_SOURCE = Symbol('key source');
