import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { BurgeeError, isUnavailable } from '../errors.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';
import { singleFlight } from '../single-flight.ts';
import { hashApiKey, isApiKey } from './api-key.ts';
import type { KeyCredential } from './credential.ts';
import { KEY_SOURCE, type KeySource, type StoredKey } from './key-source.ts';

/**
 * The API keys in memory, by hash. The ruleset listener refreshes it with every hint and poll, and it begins with the
 * keys of snapshots while their source is away, so that checking a key is one look into a map.
 */
@Injectable()
export class KeyStore {
  readonly #source: KeySource;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #byHash = new Map<string, Entry>();
  #byId = new Map<string, Entry>();
  /**
   * The same by text, as requests show it, to hash each only once. Only texts whose hash was found come in, so there
   * are no more than keys; a wrong text is compared with none of them, because a map compares what hashes alike, by a
   * hash with a seed of this process.
   */
  #byText = new Map<string, Entry>();
  /** Hash → when it was found to be unknown; bounded, and forgotten at every refresh. */
  #unknown = new Map<string, number>();
  readonly #used = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  /** Reads all keys again. */
  readonly refresh: () => Promise<void>;
  /** How often all keys were read. */
  #readings = 0;
  #isAway = false;

  constructor(@Inject(KEY_SOURCE) source: KeySource, @Inject(CLOCK) clock: Clock, @Inject(LOGGER) logger: Logger) {
    this.#source = source;
    this.#clock = clock;
    this.#logger = logger;
    this.refresh = singleFlight(() => this.#read());
  }

  /** The credential of a key that is in memory and still good. */
  find(text: string): KeyCredential | undefined {
    const known = this.#byText.get(text);
    if (known !== undefined) return this.#credentialOf(known);
    const entry = this.#byHash.get(hexHash(text));
    if (entry !== undefined) this.#byText.set(text, entry);
    return this.#credentialOf(entry);
  }

  /**
   * Asks the source for a key that is not in memory.
   *
   * @throws UNAVAILABLE while the source is away: nobody can say then that the key is wrong
   * @throws PROVIDER_NOT_READY when it is away since the start, and no snapshot brought a key either
   */
  async lookUp(text: string): Promise<KeyCredential | undefined> {
    if (!isApiKey(text)) return undefined;
    const hash = hexHash(text);
    if ((this.#unknown.get(hash) ?? Number.NEGATIVE_INFINITY) > this.#clock() - unknownForMs) return undefined;
    const readings = this.#readings;
    const key = await this.#ask(hash);
    // all keys were read meanwhile, perhaps after this one: a revoked key must not come back
    if (this.#readings !== readings) return this.find(text) ?? this.lookUp(text);
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

  /** Calls back after every refresh that changed a key; returns the undo. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes over when a relay saw keys of its environment used. */
  noteUses(environmentId: string, uses: ReadonlyMap<string, number>): void {
    for (const [id, at] of uses) {
      const isOurs = this.#byId.get(id)?.key.environmentId === environmentId;
      if (isOurs) this.#used.set(id, Math.max(at, this.#used.get(id) ?? 0));
    }
  }

  /** Writes the last uses collected since the previous call; they wait while the database is away. */
  async flushLastUsed(): Promise<void> {
    if (this.#used.size === 0 || this.#isAway) return;
    const uses = new Map(this.#used);
    this.#used.clear();
    try {
      await this.#source.writeLastUsed(uses);
    } catch (error) {
      for (const [id, at] of uses) this.#used.set(id, Math.max(at, this.#used.get(id) ?? 0));
      this.#logger.warn({ err: error }, 'the last uses of keys could not be written');
    }
  }

  async #ask(hash: string): Promise<StoredKey | undefined> {
    try {
      if (this.#isAway) throw new BurgeeError('UNAVAILABLE', 'This key cannot be checked at the moment.', retry);
      return await this.#source.readKey(hash);
    } catch (error) {
      if (!isUnavailable(error) || this.#readings > 0 || this.#byId.size > 0) throw error;
      throw new BurgeeError('PROVIDER_NOT_READY', 'the flags of this environment are not loaded yet', {
        ...retry,
        cause: error,
      });
    }
  }

  async #read(): Promise<void> {
    try {
      const keys = await this.#source.readKeys([...this.#byId.values()].map(({ key }) => key));
      this.#isAway = false;
      this.#readings += 1;
      this.#unknown.clear();
      if (this.#replace(keys)) for (const listener of this.#listeners) listener();
    } catch (error) {
      this.#isAway = isUnavailable(error);
      throw error;
    }
  }

  #replace(keys: readonly StoredKey[]): boolean {
    const before = this.#byId;
    this.#byHash = new Map();
    this.#byId = new Map();
    this.#byText = new Map();
    for (const key of keys) this.#remember(key);
    const isSame = (key: StoredKey) => JSON.stringify(before.get(key.id)?.key) === JSON.stringify(key);
    return before.size !== this.#byId.size || !keys.every(isSame);
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
    this.#byText.clear();
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
