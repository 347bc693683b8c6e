import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { KeySource, StoredKey } from '../access/key-source.ts';
import { readKey, readKeys, writeLastUsed } from '../access/keys.sql.ts';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { LOGGER } from '../platform.module.ts';
import { listenConnection, Postgres } from '../postgres.ts';
import { seldom } from '../traffic/seldom.ts';
import type { FormerForms } from './assemble.ts';
import { readFormerForms } from './former-forms.sql.ts';
import { hasEnvironment, readRuleset, readVersions } from './ruleset.sql.ts';
import type { Listener, RulesetSource, StoredRuleset } from './source.ts';

/**
 * The database as the source of rulesets and keys. It tells of changes by NOTIFY, which is lost whenever its connection
 * breaks: so everything is compared after each connect.
 */
@Injectable()
export class DatabaseListener implements RulesetSource, KeySource {
  readonly #config: Config;
  readonly #postgres: Postgres;
  readonly #logger: Logger;
  readonly #sayLost = seldom(60_000, () => performance.now());
  #listener: Listener | undefined;
  #connection: pg.Client | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #attempt = 0;
  #readTimeoutMs = shortestReadMs;
  #isClosed = false;

  constructor(@Inject(CONFIG) config: Config, @Inject(Postgres) postgres: Postgres, @Inject(LOGGER) logger: Logger) {
    this.#config = config;
    this.#postgres = postgres;
    this.#logger = logger;
  }

  async readRuleset(
    environmentId: string,
    heldVersion: string | undefined,
  ): Promise<StoredRuleset | 'unchanged' | undefined> {
    const timeoutMs = this.#readTimeoutMs;
    // silence is given up soon, a large ruleset on a slow way is read in the end
    this.#readTimeoutMs = Math.min(timeoutMs * 2, longestReadMs);
    const read = await readRuleset(this.#postgres, environmentId, { heldVersion, timeoutMs });
    this.#readTimeoutMs = shortestReadMs;
    if (read === undefined) await this.#assertFilled();
    return read;
  }

  async readVersions(environmentIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const versions = await readVersions(this.#postgres, environmentIds);
    if (versions.size === 0 && environmentIds.length > 0) await this.#assertFilled();
    return versions;
  }

  async readFormerForms(environmentId: string, flagKeys: readonly string[], auditEntry: string): Promise<FormerForms> {
    return readFormerForms(this.#postgres, environmentId, { flagKeys, auditEntry });
  }

  async readKeys(held: readonly StoredKey[]): Promise<StoredKey[]> {
    const keys = await readKeys(this.#postgres);
    if (keys.length === 0 && held.length > 0) await this.#assertFilled();
    return keys;
  }

  async readKey(hash: string): Promise<StoredKey | undefined> {
    return readKey(this.#postgres, hash);
  }

  async writeLastUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    await writeLastUsed(this.#postgres, uses);
  }

  async listen(listener: Listener): Promise<void> {
    this.#listener = listener;
    await this.#connect();
  }

  /** A connection through which nothing comes looks like one on which nothing happens; asking tells them apart. */
  async probe(): Promise<void> {
    const connection = this.#connection;
    try {
      await connection?.query('select 1');
    } catch (error) {
      if (connection !== undefined) this.#lose(connection, error as Error);
    }
  }

  listenAnew(): void {
    if (this.#connection !== undefined) this.#lose(this.#connection, new Error('it is taken for lost'));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#reconnect);
    await this.#connection?.end().catch(() => undefined);
  }

  /** To a database that is empty while a backup is being restored, what was there before is not gone. */
  async #assertFilled(): Promise<void> {
    if (await hasEnvironment(this.#postgres)) return;
    throw new BurgeeError('UNAVAILABLE', 'The database has no environments.', { retryAfterSeconds: 2 });
  }

  async #connect(): Promise<void> {
    const connection = listenConnection(this.#config.databaseListenUrl, (error) => this.#lose(connection, error));
    this.#connection = connection;
    try {
      await connection.connect();
      connection.on('notification', ({ payload }) => this.#hear(payload));
      await connection.query(`listen ${channel}`);
      this.#attempt = 0;
    } catch (error) {
      this.#lose(connection, error as Error);
    }
    // after LISTEN, so that no change falls between the reading and the listening; without it, to learn what is away
    if (!this.#isClosed) await this.#listener?.missed();
  }

  #lose(connection: pg.Client, error: Error): void {
    if (this.#connection !== connection || this.#isClosed) return;
    this.#connection = undefined;
    connection.end().catch(() => undefined);
    this.#sayLost((suppressed) => this.#logger.warn({ err: error, suppressed }, 'the LISTEN connection is lost'));
    this.#postgres.renewSync();
    this.#reconnect = setTimeout(() => void this.#connect(), reconnectDelayMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  #hear(payload: string | undefined): void {
    const hint = hintIn(payload);
    if (hint !== undefined) this.#listener?.changed(hint.environment, hint.at);
  }
}

const channel = 'burgee_change';
const shortestReadMs = 2000;
const longestReadMs = 16_000;

/** Full jitter between 50 ms and a ceiling that doubles up to 2 s: the database is near and shared by few replicas. */
function reconnectDelayMs(attempt: number, random: number): number {
  return 50 + random * Math.min(2000, 200 * 2 ** Math.min(attempt, 10));
}

/** What a notification says, `at` when it was committed; undefined when it is none of ours. */
function hintIn(payload: string | undefined): { environment: string; at: number | undefined } | undefined {
  try {
    const { environment, at } = JSON.parse(payload ?? '') as Record<string, unknown>;
    if (typeof environment !== 'string') return undefined;
    return { environment, at: typeof at === 'number' ? at : undefined };
  } catch {
    return undefined;
  }
}
