import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { forgetOld, makeMonths } from './exposure.sql.ts';

const everyMs = 3_600_000;

/** Keeps the tables of counts in order, every hour: months are made ahead, what is old is forgotten. Any number of workers may. */
@Injectable()
export class ExposureJob implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #postgres: Postgres;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#postgres = postgres;
    this.#config = config;
    this.#clock = clock;
    this.#logger = logger;
  }

  onApplicationBootstrap(): void {
    if (this.#config.role === 'api') return;
    this.#timer = setInterval(() => void this.#tidy(), everyMs).unref();
    void this.#tidy();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** What fails is done an hour later; until then counts of a month without a table lie in the default one. */
  async #tidy(): Promise<void> {
    try {
      await makeMonths(this.#postgres, new Date(this.#clock()));
      await forgetOld(this.#postgres);
    } catch (error) {
      this.#logger.warn({ err: error }, 'the tables of counts could not be tidied');
    }
  }
}
