import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { KeysModule } from '../access/keys.module.ts';
import type { Config } from '../config.ts';
import { Postgres } from '../postgres.ts';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { Upstream } from '../upstream.ts';
import { ExposureController } from './exposure.controller.ts';
import { ExposureJob } from './exposure.job.ts';
import { writeBatches } from './exposure.sql.ts';
import { ExposureBuffer } from './exposure.store.ts';
import { EXPOSURE_SINK, type ExposureSink } from './exposure-sink.ts';
import { forwardTo } from './forwarding.ts';

const intoTables: Provider = {
  provide: EXPOSURE_SINK,
  inject: [Postgres],
  useFactory: (postgres: Postgres): ExposureSink => ({
    flushMs: 1000,
    write: (batches) => writeBatches(postgres, batches),
  }),
};

const toUpstream: Provider = { provide: EXPOSURE_SINK, inject: [Upstream], useFactory: forwardTo };

/** Counts in: from applications, and of what this process hands out itself; the worker keeps their tables, a relay sends them on. */
@Module({ imports: [KeysModule, RulesetModule], controllers: [ExposureController] })
export class ExposureModule {
  static for(role: Config['role']): DynamicModule {
    const providers = role === 'relay' ? [toUpstream] : [intoTables, ExposureJob];
    return { module: ExposureModule, providers: [ExposureBuffer, ...providers] };
  }
}
