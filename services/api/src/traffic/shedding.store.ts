import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { LOGGER, METRICS } from '../platform.module.ts';
import { noLag, withSample } from './lag.ts';

const everyMs = 50;

/**
 * Refuses evaluations and new streams while the event loop is late: a 503 that comes at once is worth more than an answer
 * for which nobody waits any more. Open streams, health and managing go on.
 */
@Injectable()
export class Shedding implements OnModuleInit, OnApplicationShutdown {
  readonly #maxMs: number;
  readonly #logger: Logger;
  readonly #shed: Counter;
  #timer: NodeJS.Timeout | undefined;
  #lag = noLag;
  #shedSinceHigh = 0;

  constructor(@Inject(CONFIG) config: Config, @Inject(LOGGER) logger: Logger, @Inject(METRICS) metrics: Registry) {
    this.#maxMs = config.maxLagMs;
    this.#logger = logger;
    this.#shed = new Counter({
      name: 'burgee_requests_shed_total',
      help: 'Requests refused with 503 because the event loop was late or the connections were too many.',
      registers: [metrics],
    });
  }

  onModuleInit(): void {
    if (this.#maxMs === 0) return;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.observe(now - last - everyMs);
      last = now;
    }, everyMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  get isHigh(): boolean {
    return this.#lag.isHigh;
  }

  /** Takes in by how many milliseconds a turn of the event loop was late. */
  observe(lateMs: number): void {
    const before = this.#lag.isHigh;
    this.#lag = withSample(this.#lag, Math.max(0, lateMs), this.#maxMs);
    if (this.#lag.isHigh === before) return;
    const lagMs = Math.round(this.#lag.smoothedMs);
    if (before) this.#logger.info({ lagMs, shed: this.#shedSinceHigh }, 'the event loop keeps up again');
    else this.#logger.warn({ lagMs }, 'the event loop is late: evaluations and new streams are refused');
    this.#shedSinceHigh = 0;
  }

  /** The answer to one that is refused: come back after a second or more, not all at once. */
  refusal(): BurgeeError {
    this.#shed.inc();
    this.#shedSinceHigh += 1;
    const retryAfterSeconds = 1 + Math.floor(Math.random() * 5);
    return new BurgeeError('TOO_BUSY', 'this replica has more to do than it can', { retryAfterSeconds });
  }
}
