import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type pg from 'pg';
import type { Logger } from 'pino';
import { KeyStore } from '../access/key.store.ts';
import { CONFIG, type Config } from '../config.ts';
import { LOGGER } from '../platform.module.ts';
import { listenConnection } from '../postgres.ts';
import { RulesetStore } from './ruleset.store.ts';

/**
 * Keeps rulesets and keys fresh. A notification is only a hint, lost whenever its connection breaks: so everything is
 * compared after each connect, and by a slow poll in any case.
 */
@Injectable()
export class RulesetListener implements OnModuleInit, OnApplicationShutdown {
  readonly #config: Config;
  readonly #rulesets: RulesetStore;
  readonly #keys: KeyStore;
  readonly #logger: Logger;
  #connection: pg.Client | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #attempt = 0;
  #isStopped = false;
  #isAway = false;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#config = config;
    this.#rulesets = rulesets;
    this.#keys = keys;
    this.#logger = logger;
  }

  /** Ends before the first request is taken: the keys are read by then, or known to be out of reach. */
  async onModuleInit(): Promise<void> {
    await this.#rulesets.takeSaved();
    await this.#connect();
    this.#schedulePoll();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#poll);
    await this.#keys.flushLastUsed();
    await this.#connection?.end().catch(() => undefined);
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
    await this.#synchronise();
  }

  #lose(connection: pg.Client, error: Error): void {
    if (this.#connection !== connection || this.#isStopped) return;
    this.#connection = undefined;
    connection.end().catch(() => undefined);
    this.#logger.warn({ err: error }, 'the LISTEN connection is lost');
    this.#reconnect = setTimeout(() => void this.#connect(), reconnectDelayMs(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  #hear(payload: string | undefined): void {
    const hint = hintIn(payload);
    if (hint === undefined) return;
    const { environment, version, at } = hint;
    this.#rulesets
      .follow(environment, version, at)
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'a hint could not be followed'));
    this.#keys.refresh().catch(() => undefined); // the poll tells
  }

  #schedulePoll(): void {
    this.#poll = setTimeout(() => void this.#tick(), this.#config.pollIntervalMs);
  }

  async #tick(): Promise<void> {
    await Promise.all([this.#synchronise(), this.#ping()]);
    await this.#keys.flushLastUsed();
    if (!this.#isStopped) this.#schedulePoll();
  }

  /** Never fails: being away is logged once, and once when it is over. */
  async #synchronise(): Promise<void> {
    try {
      await Promise.all([this.#rulesets.synchronise(), this.#keys.refresh()]);
      if (this.#isAway) this.#logger.info('rulesets and keys are fresh again');
      this.#isAway = false;
    } catch (error) {
      if (!this.#isAway)
        this.#logger.warn({ err: error }, 'rulesets and keys cannot be refreshed; what is in memory is served');
      this.#isAway = true;
    }
  }

  /** A connection through which nothing comes looks like one on which nothing happens; this tells them apart. */
  async #ping(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    try {
      await connection.query('select 1');
    } catch (error) {
      this.#lose(connection, error as Error);
    }
  }
}

const channel = 'burgee_change';

/** Full jitter between 50 ms and a ceiling that doubles up to 2 s: the database is near and shared by few replicas. */
export function reconnectDelayMs(attempt: number, random: number): number {
  return 50 + random * Math.min(2000, 200 * 2 ** Math.min(attempt, 10));
}

interface Hint {
  readonly environment: string;
  readonly version: string;
  /** When it was committed, milliseconds since 1970. */
  readonly at: number | undefined;
}

/** What a notification says; undefined when it is none of ours. */
export function hintIn(payload: string | undefined): Hint | undefined {
  try {
    const { environment, version, at } = JSON.parse(payload ?? '') as Record<string, unknown>;
    if (typeof environment !== 'string' || typeof version !== 'string') return undefined;
    return { environment, version, at: typeof at === 'number' ? at : undefined };
  } catch {
    return undefined;
  }
}
