import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { dailyReport, monthlyReport } from './due.ts';
import { fileReport, readProjectsWithout } from './stale.sql.ts';

const queue = 'stale-audit';
/** Every hour: what is due by then and not filed yet is filed, so that a worker that was away catches up. */
const everyHour = '7 * * * *';
const longestPauseMs = 30_000;

/**
 * Files the daily and the monthly reports. The queue only says when; that a report is filed once a project and period
 * is a constraint, so any number of workers may run this, and be killed at any time.
 */
@Injectable()
export class StaleJob implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #postgres: Postgres;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #starting: Promise<void> | undefined;
  #boss: PgBoss | undefined;

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
    if (this.#config.role !== 'api') this.#starting = this.#startUntilItWorks();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#starting;
    await this.#boss?.stop({ graceful: true, timeout: 2000 });
  }

  /** A queue that cannot start, such as one without its tables yet, makes the worker wait and never stops the process. */
  async #startUntilItWorks(): Promise<void> {
    for (let pauseMs = 1000; !this.#stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await this.#start();
        return;
      } catch (error) {
        this.#logger.warn({ err: error, pauseMs }, 'the job queue did not start; trying again');
      }
      await pause(pauseMs, undefined, { signal: this.#stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  async #start(): Promise<void> {
    const boss = new PgBoss({
      connectionString: this.#config.databaseUrl,
      application_name: 'burgee-jobs',
      schema: 'burgee_jobs',
      max: 3,
      // its tables come by our own migration, and our login does not own them
      migrate: false,
      createSchema: false,
      reindex: false,
    });
    boss.on('error', (error) => this.#logger.warn({ err: error }, 'the job queue has trouble'));
    try {
      await boss.start();
      await boss.schedule(queue, everyHour, {}, { tz: 'UTC' });
      await boss.work(queue, () => fileDueReports(this.#postgres, new Date(this.#clock())));
      await boss.send(queue, {}, { singletonKey: 'start', singletonSeconds: 60 });
      this.#boss = boss;
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined);
      throw error;
    }
  }
}

/** Files what is due and missing, each report in a transaction of its own; one that fails does not hold up the others. */
export async function fileDueReports(postgres: Postgres, now: Date): Promise<void> {
  const failures: unknown[] = [];
  for (const due of [dailyReport(now), monthlyReport(now)]) {
    for (const projectId of await readProjectsWithout(postgres, due)) {
      await postgres
        .transaction({ door: 'job' }, (trx) => fileReport(trx, projectId, due))
        .catch((error: unknown) => failures.push(error));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} reports could not be filed`);
}
