import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { KeyStore } from '../access/key.store.ts';
import { BurgeeError, isDatabaseAway } from '../errors.ts';
import { CLOCK, type Clock, LOGGER, METRICS } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { type Assembled, assemble, type RawRuleset } from './assemble.ts';
import { compileOptions, mayDraw } from './compile-options.ts';
import { readFormerForms } from './former-forms.sql.ts';
import { Moments } from './moment.store.ts';
import { rawRuleset, readRuleset, readVersions } from './ruleset.sql.ts';
import { type SavedSnapshot, SnapshotFiles } from './snapshot.store.ts';
import type { Snapshot } from './snapshot.ts';

/** Something that may change decisions: a new version, or an instant at which the clock changes them. */
export interface Change {
  readonly previous: Snapshot;
  /** The same as `previous` when only the clock moved. */
  readonly next: Snapshot;
  /** When the database was told to change, milliseconds since 1970 by its clock; undefined: not known, or the clock did it. */
  readonly changedAt: number | undefined;
}

/** More than this at one load and the last good ruleset is kept. */
export const rulesetLimits = { bytes: 8 * 1024 * 1024, flags: 10_000 } as const;

/**
 * Holds one immutable snapshot per environment, from its first use on, and exchanges it when the version in the
 * database is another one. Reading from it never waits and never needs the database.
 */
@Injectable()
export class RulesetStore implements OnApplicationShutdown {
  readonly #postgres: Postgres;
  readonly #keys: KeyStore;
  readonly #files: SnapshotFiles;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #entries = new Map<string, Entry>();
  readonly #saved = new Map<string, SavedSnapshot>();
  readonly #failures: Counter;
  #lastSyncAt: number | null = null;
  #synchronising: Promise<void> | undefined;

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(SnapshotFiles) files: SnapshotFiles,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#postgres = postgres;
    this.#keys = keys;
    this.#files = files;
    this.#clock = clock;
    this.#logger = logger;
    this.#failures = new Counter({
      name: 'burgee_ruleset_load_failures_total',
      help: 'Rulesets that could not be read or were refused; the last good one was kept.',
      registers: [metrics],
    });
    this.#describe(metrics);
    keys.subscribe(() => this.#saveAll());
  }

  /** When the versions were last compared with the database; null: never since the start. */
  get lastSyncAt(): number | null {
    return this.#lastSyncAt;
  }

  /** True when there is at least one environment to serve. */
  get hasSomething(): boolean {
    return this.#saved.size > 0 || [...this.#entries.values()].some((entry) => entry.snapshot !== undefined);
  }

  /** The snapshot of an environment that is open; undefined: call {@link open}. */
  current(environmentId: string): Snapshot | undefined {
    return this.#entries.get(environmentId)?.snapshot;
  }

  /**
   * The snapshot of an environment, compiled on its first use; from disk when the database is away.
   *
   * @throws PROVIDER_NOT_READY when it is neither in the database's reach nor on disk
   */
  async open(environmentId: string): Promise<Snapshot> {
    const entry = this.#entryOf(environmentId);
    if (entry.snapshot !== undefined) return entry.snapshot;
    try {
      await this.refresh(environmentId);
    } catch (error) {
      if (!isDatabaseAway(error)) this.#logger.error({ err: error, environmentId }, 'a ruleset could not be loaded');
      this.#openFromDisk(entry);
    }
    if (entry.snapshot !== undefined) return entry.snapshot;
    throw new BurgeeError('PROVIDER_NOT_READY', 'the flags of this environment are not loaded yet', {
      retryAfterSeconds: 1,
    });
  }

  /** Reads an environment again; calls that come while it is being read share one further reading. */
  refresh(environmentId: string): Promise<void> {
    const entry = this.#entryOf(environmentId);
    if (entry.running === undefined) {
      entry.running = this.#load(entry).finally(() => {
        entry.running = undefined;
      });
      return entry.running;
    }
    entry.following ??= entry.running
      .catch(() => undefined)
      .then(() => {
        entry.following = undefined;
        return this.refresh(environmentId);
      });
    return entry.following;
  }

  /** Compares every open environment's version with the database and reads those that differ; callers share one run. */
  synchronise(): Promise<void> {
    this.#synchronising ??= this.#synchronise().finally(() => {
      this.#synchronising = undefined;
    });
    return this.#synchronising;
  }

  async #synchronise(): Promise<void> {
    const ids = [...this.#entries.keys()];
    const versions = await readVersions(this.#postgres, ids);
    this.#lastSyncAt = this.#clock();
    const results = await Promise.allSettled([...versions].map(([id, version]) => this.#reach(id, version)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** A version that was read and refused is not read again; the next one is. */
  async #reach(environmentId: string, version: string): Promise<void> {
    const entry = this.#entryOf(environmentId);
    if (this.#isAt(environmentId, version) || entry.refused === version) return;
    try {
      await this.refresh(environmentId);
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      entry.refused = version;
      this.#logger.error({ err: error, environmentId, version }, 'a ruleset is refused; the last good one is served');
    }
  }

  /** Follows a hint that an environment counts another version since `at`; environments nobody uses stay unread. */
  async follow(environmentId: string, count: string, at: number | undefined): Promise<void> {
    const entry = this.#entryOf(environmentId);
    const { snapshot } = entry;
    if (snapshot === undefined) return;
    if (snapshot.source === 'database' && snapshot.version.startsWith(`${count}.`)) return;
    entry.hintedAt ??= at;
    await this.refresh(environmentId);
  }

  /** The instant that stands for `now` in every decision of this environment until the next change by the clock. */
  momentOf(snapshot: Snapshot): number {
    return this.#entryOf(snapshot.environmentId).moments.of(snapshot);
  }

  /** Calls back after every change of an environment; returns the undo. */
  subscribe(environmentId: string, listener: (change: Change) => void): () => void {
    const entry = this.#entryOf(environmentId);
    entry.listeners.add(listener);
    this.#arm(entry);
    return () => {
      entry.listeners.delete(listener);
    };
  }

  /** Reads what is on disk and takes its keys; called once, before the first request. */
  async takeSaved(): Promise<void> {
    for (const saved of await this.#files.readAll()) {
      this.#saved.set(saved.environmentId, saved);
      this.#keys.seed(saved.keys);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    for (const entry of this.#entries.values()) entry.moments.rest();
    await this.#files.settled();
  }

  async #load(entry: Entry): Promise<void> {
    const changedAt = entry.hintedAt;
    entry.hintedAt = undefined;
    try {
      const stored = await readRuleset(this.#postgres, entry.environmentId);
      if (stored === undefined) return;
      const raw = withinLimits(stored.text);
      const assembled = await this.#assemble(entry.environmentId, raw);
      this.#publish(
        entry,
        snapshotOf(entry.environmentId, { assembled, auditHead: stored.auditHead, source: 'database' }),
        changedAt,
      );
      this.#save(entry);
    } catch (error) {
      this.#failures.inc();
      throw error;
    }
  }

  async #assemble(environmentId: string, raw: RawRuleset): Promise<Assembled> {
    const newest = assemble(raw, new Map(), compileOptions);
    if (newest.problems.size === 0) return newest;
    const keys = [...newest.problems.keys()];
    this.#logger.error({ environmentId, flags: keys }, 'flags that do not compile are served in an earlier form');
    return assemble(raw, await readFormerForms(this.#postgres, environmentId, keys), compileOptions);
  }

  #openFromDisk(entry: Entry): void {
    const saved = this.#saved.get(entry.environmentId);
    if (saved === undefined || entry.snapshot !== undefined) return;
    const assembled = assemble(saved.ruleset, new Map(), compileOptions);
    this.#publish(entry, snapshotOf(entry.environmentId, { assembled, auditHead: saved.auditHead, source: 'disk' }));
    this.#logger.warn(
      { environmentId: entry.environmentId, version: saved.ruleset.version },
      'serving from the snapshot on disk',
    );
  }

  #publish(entry: Entry, next: Snapshot, changedAt?: number): void {
    const previous = entry.snapshot;
    if (previous?.version === next.version && previous.source === next.source) return;
    entry.snapshot = next;
    this.#logger.info(
      { environmentId: next.environmentId, version: next.version, auditHead: next.auditHead, source: next.source },
      'serving',
    );
    if (previous !== undefined) this.#announce(entry, { previous, next, changedAt });
    this.#arm(entry);
  }

  #announce(entry: Entry, change: Change): void {
    for (const listener of entry.listeners) listener(change);
  }

  #save(entry: Entry): void {
    const { snapshot, environmentId } = entry;
    if (snapshot?.source !== 'database') return;
    const keys = this.#keys.keysOf(environmentId);
    this.#files.save({ environmentId, ruleset: snapshot.ruleset, keys, auditHead: snapshot.auditHead });
  }

  #saveAll(): void {
    for (const entry of this.#entries.values()) this.#save(entry);
  }

  /** Wakes the listeners at the next change by the clock. */
  #arm(entry: Entry): void {
    const { snapshot, moments, listeners } = entry;
    if (snapshot === undefined || listeners.size === 0) moments.rest();
    else
      moments.wake(snapshot, () => this.#announce(entry, { previous: snapshot, next: snapshot, changedAt: undefined }));
  }

  #isAt(environmentId: string, version: string): boolean {
    const snapshot = this.current(environmentId);
    return snapshot?.version === version && snapshot.source === 'database';
  }

  #entryOf(environmentId: string): Entry {
    let entry = this.#entries.get(environmentId);
    if (entry === undefined) {
      entry = { environmentId, listeners: new Set(), moments: new Moments(this.#clock) };
      this.#entries.set(environmentId, entry);
    }
    return entry;
  }

  #describe(metrics: Registry): void {
    const entries = this.#entries;
    const lastSyncAge = () => (this.#lastSyncAt === null ? Number.NaN : (this.#clock() - this.#lastSyncAt) / 1000);
    new Gauge({
      name: 'burgee_last_sync_age_seconds',
      help: 'Since versions were last compared with the database.',
      registers: [metrics],
      collect() {
        this.set(lastSyncAge());
      },
    });
    new Gauge({
      name: 'burgee_flag_problems',
      help: 'Flags whose newest stored form does not compile.',
      labelNames: ['environment'],
      registers: [metrics],
      collect() {
        this.reset();
        for (const [environment, { snapshot }] of entries) this.set({ environment }, snapshot?.problems.size ?? 0);
      },
    });
  }
}

interface Entry {
  readonly environmentId: string;
  readonly moments: Moments;
  snapshot?: Snapshot;
  running?: Promise<void> | undefined;
  following?: Promise<void> | undefined;
  /** Version that could not be loaded, though the database was there. */
  refused?: string;
  /** When the change was committed of which the oldest hint told that no reading has followed yet. */
  hintedAt?: number | undefined;
  readonly listeners: Set<(change: Change) => void>;
}

function withinLimits(text: string): RawRuleset {
  if (text.length > rulesetLimits.bytes)
    throw new BurgeeError('LIMIT_EXCEEDED', `a ruleset has at most ${rulesetLimits.bytes} bytes`);
  const raw = rawRuleset(text);
  if (Object.keys(raw.flags).length > rulesetLimits.flags) {
    throw new BurgeeError('LIMIT_EXCEEDED', `a ruleset has at most ${rulesetLimits.flags} flags`);
  }
  return raw;
}

function snapshotOf(
  environmentId: string,
  found: { assembled: Assembled; auditHead: string | null; source: Snapshot['source'] },
): Snapshot {
  const { assembled, auditHead, source } = found;
  const { version, flags } = assembled.ruleset;
  const draws = Object.values(flags).some(mayDraw);
  return Object.freeze({ environmentId, version, ...assembled, mayDraw: draws, auditHead, source });
}
