import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import { EventStreams } from '../ruleset/stream.store.ts';

/**
 * Whether this replica wants requests: `stale` serves what it has while the database is away, and is ready; `down` has
 * nothing to serve.
 */
export type Status = 'ready' | 'stale' | 'down' | 'draining';

/** Knows how fresh this replica is, and lets it leave without anybody noticing. */
@Injectable()
export class Readiness {
  readonly #config: Config;
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #clock: Clock;
  #isDraining = false;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#config = config;
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#clock = clock;
  }

  status(): Status {
    if (this.#isDraining) return 'draining';
    const ageMs = this.lastSyncAgeMs();
    // two polls may fail before it counts
    if (ageMs !== null && ageMs <= this.#config.pollIntervalMs * 2 + graceMs) return 'ready';
    return this.#rulesets.hasSomething ? 'stale' : 'down';
  }

  /** Since the versions were last compared with the database; null: never. */
  lastSyncAgeMs(): number | null {
    const { lastSyncAt } = this.#rulesets;
    return lastSyncAt === null ? null : this.#clock() - lastSyncAt;
  }

  /** Says "not ready", ends the streams little by little, and goes on answering until balancers had time to notice. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const { drainMs } = this.#config;
    await Promise.all([this.#streams.drain(drainMs / 2), wait(drainMs)]);
  }
}

const graceMs = 2000;
