import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { BurgeeError, isDatabaseAway } from '../errors.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { hashApiKey, isApiKey } from './api-key.ts';
import type { KeyCredential } from './credential.ts';
import { readKey, readKeys, type StoredKey, writeLastUsed } from './keys.sql.ts';

/**
 * The API keys in memory, by hash. The ruleset listener refreshes it on every notification and poll, and fills it from
 * snapshots while Postgres is away, so that checking a key is one look into a map.
 */
@Injectable()
export class KeyStore {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #byHash = new Map<string, Entry>();
  #byId = new Map<string, Entry>();
  /** Hash → when it was found to be unknown; bounded, and forgotten at every refresh. */
  #unknown = new Map<string, number>();
  readonly #used = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #refreshing: Promise<void> | undefined;
  #isAway = false;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(CLOCK) clock: Clock, @Inject(LOGGER) logger: Logger) {
    this.#postgres = postgres;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The credential of a key that is in memory and still good. */
  find(text: string): KeyCredential | undefined {
    return this.#credentialOf(this.#byHash.get(hexHash(text)));
  }

  /**
   * Asks the database for a key that is not in memory.
   *
   * @throws UNAVAILABLE while the database is away: nobody can say then that the key is wrong
   */
  async lookUp(text: string): Promise<KeyCredential | undefined> {
    if (!isApiKey(text)) return undefined;
    const hash = hexHash(text);
    if ((this.#unknown.get(hash) ?? Number.NEGATIVE_INFINITY) > this.#clock() - unknownForMs) return undefined;
    if (this.#isAway)
      throw new BurgeeError('UNAVAILABLE', 'This key cannot be checked while the database is away.', retry);
    const key = await readKey(this.#postgres, hash);
    if (key === undefined) {
      if (this.#unknown.size >= maxUnknown) this.#unknown.clear();
      this.#unknown.set(hash, this.#clock());
      return undefined;
    }
    this.#remember(key);
    return this.#credentialOf(this.#byHash.get(hash));
  }

  /** True while the key is known, not revoked and not expired. */
  isGood(keyId: string): boolean {
    return this.byId(keyId) !== undefined;
  }

  /** The credential of a good key, by its id. */
  byId(keyId: string): KeyCredential | undefined {
    return this.#credentialOf(this.#byId.get(keyId));
  }

  /** The good keys of an environment, ordered by id: they go into its snapshot. */
  keysOf(environmentId: string): StoredKey[] {
    const keys = [...this.#byId.values()].map((entry) => entry.key);
    return keys.filter((key) => key.environmentId === environmentId).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Takes keys from a snapshot; what the database said wins. */
  seed(keys: readonly StoredKey[]): void {
    for (const key of keys) if (!this.#byId.has(key.id)) this.#remember(key);
  }

  /** Reads all keys again; calls that come meanwhile share the next reading. */
  async refresh(): Promise<void> {
    const running = this.#refreshing;
    if (running !== undefined) {
      await running.catch(() => undefined);
      if (this.#refreshing !== undefined && this.#refreshing !== running) return this.#refreshing;
    }
    this.#refreshing = this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Calls back after every refresh that changed a key; returns the undo. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes the last uses collected since the previous call; they wait while the database is away. */
  async flushLastUsed(): Promise<void> {
    if (this.#used.size === 0 || this.#isAway) return;
    const uses = new Map(this.#used);
    this.#used.clear();
    try {
      await writeLastUsed(this.#postgres, uses);
    } catch (error) {
      for (const [id, at] of uses) this.#used.set(id, Math.max(at, this.#used.get(id) ?? 0));
      this.#logger.warn({ err: error }, 'the last uses of keys could not be written');
    }
  }

  async #read(): Promise<void> {
    try {
      const keys = await readKeys(this.#postgres);
      this.#isAway = false;
      this.#unknown.clear();
      if (this.#replace(keys)) for (const listener of this.#listeners) listener();
    } catch (error) {
      this.#isAway = isDatabaseAway(error);
      throw error;
    }
  }

  #replace(keys: readonly StoredKey[]): boolean {
    const before = this.#byId;
    this.#byHash = new Map();
    this.#byId = new Map();
    for (const key of keys) this.#remember(key);
    const isSame = (key: StoredKey) => JSON.stringify(before.get(key.id)?.key) === JSON.stringify(key);
    return before.size !== keys.length || !keys.every(isSame);
  }

  #remember(key: StoredKey): void {
    const credential: KeyCredential = Object.freeze({
      kind: 'key',
      keyId: key.id,
      keyKind: key.kind,
      environmentId: key.environmentId,
      keyName: key.name,
    });
    const entry = { key, credential };
    this.#byHash.set(key.hash, entry);
    this.#byId.set(key.id, entry);
  }

  #credentialOf(entry: Entry | undefined): KeyCredential | undefined {
    if (entry === undefined) return undefined;
    const now = this.#clock();
    if (entry.key.expiresAt !== null && entry.key.expiresAt <= now) return undefined;
    this.#used.set(entry.key.id, now);
    return entry.credential;
  }
}

interface Entry {
  readonly key: StoredKey;
  readonly credential: KeyCredential;
}

function hexHash(text: string): string {
  return hashApiKey(text).toString('hex');
}

const unknownForMs = 2000;
const maxUnknown = 10_000;
const retry = { retryAfterSeconds: 2 } as const;
