import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { KeyStore } from '../access/key.store.ts';
import { BurgeeError, isUnavailable } from '../errors.ts';
import { CLOCK, type Clock, LOGGER, METRICS } from '../platform.module.ts';
import { singleFlight } from '../single-flight.ts';
import { load, recall } from './loading.ts';
import { RefusedRuleset } from './raw-ruleset.ts';
import { describeRulesets, type RulesetCounters } from './ruleset-figures.ts';
import { ServedEnvironment } from './served-environment.store.ts';
import { type SavedSnapshot, SnapshotFiles } from './snapshot.store.ts';
import type { Change, Snapshot } from './snapshot.ts';
import { RULESET_SOURCE, type RulesetSource } from './source.ts';

/**
 * Holds one immutable snapshot per environment, from its first use on, and exchanges it when the version at the source
 * is another one. Reading from it never waits, and never needs the source.
 */
@Injectable()
export class RulesetStore implements OnApplicationShutdown {
  readonly #source: RulesetSource;
  readonly #keys: KeyStore;
  readonly #files: SnapshotFiles;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counters: RulesetCounters;
  readonly #rooms = new Map<string, Room>();
  readonly #saved = new Map<string, SavedSnapshot>();
  #lastSyncAt: number | null = null;

  /** Compares every open environment's version with the source, and reads those that differ or are not open yet. */
  readonly synchronise: () => Promise<void>;

  constructor(
    @Inject(RULESET_SOURCE) source: RulesetSource,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(SnapshotFiles) files: SnapshotFiles,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#source = source;
    this.#keys = keys;
    this.#files = files;
    this.#clock = clock;
    this.#logger = logger;
    this.synchronise = singleFlight(() => this.#synchronise());
    this.#counters = describeRulesets(metrics, {
      snapshots: () => this.snapshots(),
      lastSyncAgeMs: () => this.#since(this.#lastSyncAt),
      ageMs: (environmentId) => this.#since(this.#roomOf(environmentId).confirmedAt),
    });
    keys.subscribe(() => this.#saveAll());
  }

  /** When the versions were last compared with the source; null: never since the start. */
  get lastSyncAt(): number | null {
    return this.#lastSyncAt;
  }

  /** Of every environment that is open. */
  snapshots(): Snapshot[] {
    return [...this.#rooms.values()].flatMap(({ served }) => served.snapshot ?? []);
  }

  /** True when there is at least one environment to serve. */
  get hasSomething(): boolean {
    return this.#saved.size > 0 || this.snapshots().length > 0;
  }

  /** The snapshot of an environment that is open; undefined: call {@link open}. */
  current(environmentId: string): Snapshot | undefined {
    return this.#rooms.get(environmentId)?.served.snapshot;
  }

  /** The instant that stands for `now` in every decision of this environment until the next change by the clock. */
  momentOf(snapshot: Snapshot): number {
    return this.#roomOf(snapshot.environmentId).served.momentOf(snapshot);
  }

  /** Calls back after every change of an environment; returns the undo. */
  subscribe(environmentId: string, listener: (change: Change) => void): () => void {
    return this.#roomOf(environmentId).served.subscribe(listener);
  }

  /**
   * The snapshot of an environment, compiled on its first use; from disk when the source is away, or slow.
   *
   * @throws PROVIDER_NOT_READY when it is neither in reach nor on disk
   */
  async open(environmentId: string): Promise<Snapshot> {
    const { served } = this.#roomOf(environmentId);
    if (served.snapshot !== undefined) return served.snapshot;
    const reading = this.refresh(environmentId).catch((error: unknown) => {
      if (!isUnavailable(error)) this.#logger.error({ err: error, environmentId }, 'a ruleset could not be loaded');
    });
    const isSaved = this.#saved.has(environmentId);
    await (isSaved ? Promise.race([reading, pause(diskAfterMs, undefined, { ref: false })]) : reading);
    if (served.snapshot === undefined) this.#openFromDisk(environmentId);
    if (served.snapshot !== undefined) return served.snapshot;
    throw new BurgeeError('PROVIDER_NOT_READY', 'the flags of this environment are not loaded yet', {
      retryAfterSeconds: 1,
    });
  }

  /**
   * The snapshot to answer somebody with who was told of `version`, perhaps by a replica that is ahead of this one. Waits
   * two seconds at most; an older version costs nothing.
   */
  async notBehind(snapshot: Snapshot, version: string): Promise<Snapshot> {
    let newest = snapshot;
    // a run that is under way may have looked before the change; the second one begins after it
    for (let run = 1; run <= 2 && mayBeAhead(version, newest.version); run += 1) {
      // away, or too slow: what is in memory is the newest there is
      await Promise.race([this.synchronise().catch(() => undefined), pause(patienceMs, undefined, { ref: false })]);
      newest = await this.open(snapshot.environmentId);
    }
    return newest;
  }

  /** Reads an environment again, if it is another one; calls that come while it is being read share one further reading. */
  refresh(environmentId: string): Promise<void> {
    return this.#roomOf(environmentId).read();
  }

  /** Follows a hint that an environment changed; environments nobody uses stay unread. */
  async follow(environmentId: string, changedAt: number | undefined): Promise<void> {
    if (this.current(environmentId) === undefined) return;
    const room = this.#roomOf(environmentId);
    room.hintedAt ??= changedAt;
    await room.read();
  }

  /** Takes what is on disk and its keys; called once, before the first request. */
  async takeSaved(): Promise<void> {
    for (const saved of await this.#files.readAll()) {
      this.#saved.set(saved.environmentId, saved);
      this.#keys.seed(saved.keys);
    }
  }

  /** The clock is not where timers think it is: instants that went by are noticed, and what waits for one waits anew. */
  rewind(): void {
    for (const { served } of this.#rooms.values()) served.rewind();
  }

  async onApplicationShutdown(): Promise<void> {
    for (const { served } of this.#rooms.values()) served.rest();
    await this.#files.settled();
  }

  async #synchronise(): Promise<void> {
    const versions = await this.#source.readVersions([...this.#rooms.keys()]);
    const now = this.#clock();
    this.#lastSyncAt = now;
    const results = await Promise.allSettled([...versions].map(([id, version]) => this.#reach(id, version)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Versions are compared whole: another one may have a lower count. One that was refused is not read again. */
  async #reach(environmentId: string, version: string): Promise<void> {
    const room = this.#roomOf(environmentId);
    if (heldVersion(room) === version) room.confirmedAt = this.#clock();
    else if (room.refused !== version) await room.read();
  }

  async #load(room: Room): Promise<void> {
    await this.#untilGathered(room);
    const { environmentId, hintedAt } = room;
    room.hintedAt = undefined;
    this.#counters.readings.inc();
    try {
      const found = await load(this.#source, environmentId, heldVersion(room));
      room.confirmedAt = this.#clock();
      if (found === undefined) this.#withdraw(room);
      else if (found !== 'unchanged') this.#publish(room, found, hintedAt);
    } catch (error) {
      this.#counters.failures.inc();
      if (!(error instanceof RefusedRuleset)) throw error;
      this.#refuse(room, error);
    }
  }

  /** The first of a burst of changes is read at once, the others together. */
  async #untilGathered(room: Room): Promise<void> {
    const waitMs = room.readAt + gatherMs - this.#clock();
    if (waitMs > 0) await pause(Math.min(waitMs, gatherMs));
    room.readAt = this.#clock();
  }

  #refuse(room: Room, { version, message }: RefusedRuleset): void {
    if (room.refused === version) return;
    room.refused = version;
    const { environmentId } = room;
    this.#logger.error({ environmentId, version }, `a ruleset is refused, the last good one is served: ${message}`);
  }

  #openFromDisk(environmentId: string): void {
    const saved = this.#saved.get(environmentId);
    if (saved === undefined) return;
    this.#logger.warn({ environmentId }, 'serving from the snapshot on disk');
    this.#publish(this.#roomOf(environmentId), recall(saved), undefined);
  }

  #publish(room: Room, next: Snapshot, changedAt: number | undefined): void {
    const { environmentId, version, auditHead, source, problems } = next;
    room.served.publish(next, changedAt);
    this.#saved.delete(environmentId);
    this.#logger.info({ environmentId, version, auditHead, source }, 'serving');
    const flags = [...problems.keys()];
    if (flags.length > 0) {
      this.#logger.error(
        { environmentId, flags },
        'flags that do not compile are served in an earlier form, or as errors',
      );
    }
    this.#save(room);
  }

  /** The source says that there is no such environment; what was saved of it does not bring it back. */
  #withdraw({ environmentId, served }: Room): void {
    this.#saved.delete(environmentId);
    served.withdraw();
  }

  #save({ environmentId, served: { snapshot } }: Room): void {
    if (snapshot?.source !== 'live') return;
    const { ruleset, auditHead } = snapshot;
    this.#files.save({ environmentId, ruleset, keys: this.#keys.keysOf(environmentId), auditHead });
  }

  #saveAll(): void {
    for (const room of this.#rooms.values()) this.#save(room);
  }

  #since(instant: number | null): number | null {
    return instant === null ? null : this.#clock() - instant;
  }

  #roomOf(environmentId: string): Room {
    let room = this.#rooms.get(environmentId);
    if (room === undefined) {
      const made: Room = {
        environmentId,
        served: new ServedEnvironment(this.#clock),
        read: singleFlight(() => this.#load(made)),
        readAt: Number.NEGATIVE_INFINITY,
        confirmedAt: null,
      };
      this.#rooms.set(environmentId, made);
      room = made;
    }
    return room;
  }
}

/** What belongs to one environment. */
interface Room {
  readonly environmentId: string;
  readonly served: ServedEnvironment;
  readonly read: () => Promise<void>;
  /** When it was last read. */
  readAt: number;
  /** When the version that is served was last known to be the newest. */
  confirmedAt: number | null;
  /** Version that was read and is not served. */
  refused?: string;
  /** When the change was committed of which the oldest hint told that no reading has followed yet. */
  hintedAt?: number | undefined;
}

/** Undefined also for what came from disk: the source has the last word, whatever its version. */
function heldVersion({ served: { snapshot } }: Room): string | undefined {
  return snapshot?.source === 'live' ? snapshot.version : undefined;
}

/** A lower count was left behind, here or by a restored database; what is no version of ours may be anything. */
function mayBeAhead(version: string, held: string): boolean {
  return version !== held && !(Number.parseInt(version, 10) < Number.parseInt(held, 10));
}

const gatherMs = 50;
/** For one comparison with the source, while somebody waits. */
const patienceMs = 1000;
/** How long a first use waits for its source when there is a saved ruleset. */
const diskAfterMs = 250;
