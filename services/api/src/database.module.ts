import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { KEY_SOURCE } from './access/key-source.ts';
import { CONFIG, type Config } from './config.ts';
import { LOGGER } from './platform.module.ts';
import { Postgres } from './postgres.ts';
import { DatabaseListener } from './ruleset/database.listener.ts';
import { RULESET_SOURCE } from './ruleset/source.ts';
import { seldom } from './traffic/seldom.ts';

/** The way to the database, from which rulesets and keys come. */
@Global()
@Module({
  providers: [
    { provide: Postgres, inject: [CONFIG, LOGGER], useFactory: openPostgres },
    DatabaseListener,
    { provide: KEY_SOURCE, useExisting: DatabaseListener },
    { provide: RULESET_SOURCE, useExisting: DatabaseListener },
  ],
  exports: [Postgres, KEY_SOURCE, RULESET_SOURCE],
})
export class DatabaseModule implements OnApplicationShutdown {
  readonly #postgres: Postgres;

  constructor(@Inject(Postgres) postgres: Postgres) {
    this.#postgres = postgres;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#postgres.close();
  }
}

function openPostgres(config: Config, logger: Logger): Postgres {
  // all connections of the pools break together
  const say = seldom(60_000, () => performance.now());
  const onError = (error: Error) =>
    say((suppressed) => logger.warn({ err: error, suppressed }, 'a database connection broke'));
  return new Postgres({ url: config.databaseUrl, onError });
}
