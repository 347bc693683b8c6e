import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { KeyStore } from '../access/key.store.ts';
import { CONFIG, type Config } from '../config.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';
import { RulesetStore } from './ruleset.store.ts';
import { RULESET_SOURCE, type RulesetSource } from './source.ts';

/**
 * Keeps rulesets and keys fresh: follows the hints of their source, and compares everything with it after each of its
 * connects, by a slow poll, and after this process stood still.
 */
@Injectable()
export class RulesetListener implements OnModuleInit, OnApplicationShutdown {
  readonly #config: Config;
  readonly #source: RulesetSource;
  readonly #rulesets: RulesetStore;
  readonly #keys: KeyStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #poll: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isAway = false;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(RULESET_SOURCE) source: RulesetSource,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#config = config;
    this.#source = source;
    this.#rulesets = rulesets;
    this.#keys = keys;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Ends before the first request is taken: the keys are read by then, or their source does not answer at once. */
  async onModuleInit(): Promise<void> {
    await this.#rulesets.takeSaved();
    const listening = this.#source.listen({
      changed: (environmentId, changedAt) => this.#follow(environmentId, changedAt),
      missed: () => this.#compare(),
    });
    const patienceMs = this.#rulesets.hasSomething ? patienceWithSnapshotMs : patienceWithoutMs;
    await Promise.race([listening, pause(patienceMs, undefined, { ref: false })]);
    this.#schedulePoll(this.#config.pollIntervalMs);
    this.#watchClock();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#poll);
    clearInterval(this.#watch);
    await this.#keys.flushLastUsed();
    await this.#source.close();
  }

  #follow(environmentId: string, changedAt: number | undefined): void {
    this.#rulesets.follow(environmentId, changedAt).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'a hint could not be followed');
      this.#schedulePoll(awayPollMs);
    });
    this.#keys.refresh().catch(() => undefined); // the poll tells
  }

  /** Never fails: being away is logged once, and once when it is over. */
  async #compare(): Promise<void> {
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

  #schedulePoll(delayMs: number): void {
    clearTimeout(this.#poll);
    if (!this.#isStopped) this.#poll = setTimeout(() => void this.#tick(), delayMs);
  }

  async #tick(): Promise<void> {
    await Promise.all([this.#compare(), this.#source.probe()]);
    await this.#keys.flushLastUsed();
    const { pollIntervalMs } = this.#config;
    this.#schedulePoll(this.#isAway ? Math.min(pollIntervalMs, awayPollMs) : pollIntervalMs);
  }

  /** A process that was stopped, or whose machine slept, notices nothing but that the clock went on without it. */
  #watchClock(): void {
    let before = this.#clock();
    this.#watch = setInterval(() => {
      const now = this.#clock();
      const stoodStillMs = now - before - watchMs;
      before = now;
      if (Math.abs(stoodStillMs) < leastGapMs) return;
      this.#logger.warn({ stoodStillMs }, 'this process stood still, or the clock was set: everything is compared');
      this.#source.listenAnew();
      this.#rulesets.rewind();
      void this.#compare();
    }, watchMs).unref();
  }
}

/** How long a start waits for a source that does not answer, while there is something to serve, and while there is nothing. */
const patienceWithSnapshotMs = 250;
const patienceWithoutMs = 1000;
const awayPollMs = 500;
const watchMs = 1000;
const leastGapMs = 2000;
