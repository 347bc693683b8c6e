import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { BurgeeError, isUnavailable } from '../errors.ts';
import { CLOCK, type Clock, LOGGER, METRICS } from '../platform.module.ts';
import { Tally } from '../ruleset/tally.store.ts';
import { type ExposureBatch, hourOf } from './exposure.ts';
import { EXPOSURE_SINK, type ExposureSink } from './exposure-sink.ts';

export const exposureLimits = { rowsWaiting: 100_000, rowsPerWrite: 5000 } as const;

const manyRows = 1000;
const manyRowsRestMs = 10_000;

/**
 * Keeps exposure batches in memory until they are written, a moment later. While it is away where they go, they wait; when too
 * many wait, senders are asked to keep theirs, so that nothing is lost and memory is bounded.
 */
@Injectable()
export class ExposureBuffer implements OnModuleInit, OnApplicationShutdown {
  readonly #sink: ExposureSink;
  readonly #tally: Tally;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #dropped: Counter;
  readonly #received: Counter;
  #waiting: ExposureBatch[] = [];
  #rowsWaiting = 0;
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #tallyRestsUntil = 0;

  constructor(
    @Inject(EXPOSURE_SINK) sink: ExposureSink,
    @Inject(Tally) tally: Tally,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#sink = sink;
    this.#tally = tally;
    this.#clock = clock;
    this.#logger = logger;
    const name = 'burgee_exposure_rows_dropped_total';
    this.#dropped = new Counter({
      name,
      help: 'Exposure rows that were refused where they went.',
      registers: [metrics],
    });
    this.#received = new Counter({
      name: 'burgee_exposure_rows_received_total',
      help: 'Exposure rows that applications sent and that were taken in.',
      registers: [metrics],
    });
    const waiting = () => this.#rowsWaiting;
    new Gauge({
      name: 'burgee_exposure_rows_waiting',
      help: 'Exposure rows not yet written.',
      registers: [metrics],
      collect() {
        this.set(waiting());
      },
    });
  }

  onModuleInit(): void {
    this.#schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.flush();
  }

  /**
   * Takes a batch in.
   *
   * @throws UNAVAILABLE when too many wait already
   */
  add(batch: ExposureBatch): void {
    if (this.#rowsWaiting + sizeOf(batch) > exposureLimits.rowsWaiting) {
      throw new BurgeeError('UNAVAILABLE', 'exposures cannot be written at the moment; send them again', {
        retryAfterSeconds: 60,
      });
    }
    this.#wait(batch);
    this.#received.inc(sizeOf(batch) - 1);
  }

  /** Writes what waits, some thousand rows a transaction; what fails waits on. */
  async flush(): Promise<void> {
    // one after the other: two at once would write the same batches, and each take others away for them
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    this.#takeTally();
    while (this.#waiting.length > 0) {
      const batches = this.#nextBatches();
      if (!(await this.#write(batches))) return;
      this.#waiting = this.#waiting.slice(batches.length);
      this.#rowsWaiting -= rowsOf(batches);
    }
  }

  #wait(batch: ExposureBatch): void {
    this.#waiting.push(batch);
    this.#rowsWaiting += sizeOf(batch);
  }

  /** False: it is away where they go. What is refused among many is looked for one by one, so that one batch costs no other. */
  async #write(batches: readonly ExposureBatch[]): Promise<boolean> {
    try {
      await this.#sink.write(batches);
      return true;
    } catch (error) {
      if (isUnavailable(error)) return false;
      if (batches.length === 1) return this.#drop(batches, error);
    }
    for (const batch of batches) if (!(await this.#write([batch]))) return false;
    return true;
  }

  #drop(batches: readonly ExposureBatch[], error: unknown): true {
    this.#logger.error({ err: error }, 'exposures were refused');
    this.#dropped.inc(rowsOf(batches));
    return true;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.flush().finally(() => {
        if (!this.#isStopped) this.#schedule();
      });
    }, this.#sink.flushMs);
  }

  #takeTally(): void {
    if (this.#rowsWaiting >= exposureLimits.rowsWaiting) return;
    if (performance.now() < this.#tallyRestsUntil && !this.#isStopped) return;
    const hour = hourOf(this.#clock());
    const counts = this.#tally.take().map((served) => ({ ...served, hour }));
    // thousands of flags are added up for longer: each time, every one of them is a row to write
    if (counts.length > manyRows) this.#tallyRestsUntil = performance.now() + manyRowsRestMs;
    const unknown = this.#tally.takeMissing().map((missing) => ({
      ...missing,
      application: 'ofrep',
      throughClientKey: false,
    }));
    if (counts.length + unknown.length > 0) this.#wait({ batchId: randomUUID(), counts, unknown });
  }

  #nextBatches(): ExposureBatch[] {
    let rows = 0;
    const last = this.#waiting.findIndex((batch) => {
      rows += sizeOf(batch);
      return rows >= exposureLimits.rowsPerWrite;
    });
    return this.#waiting.slice(0, last < 0 ? undefined : last + 1);
  }
}

function rowsOf(batches: readonly ExposureBatch[]): number {
  return batches.reduce((rows, batch) => rows + sizeOf(batch), 0);
}

function sizeOf({ counts, unknown }: ExposureBatch): number {
  return 1 + counts.length + unknown.length;
}
