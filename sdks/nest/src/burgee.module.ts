import { type BurgeeClientError, createServerClient, type ServerClient } from '@burgee/client/server';
import { Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { BURGEE_CLIENT, Burgee } from './burgee.ts';
import { FieldGuardCheck } from './field-guard-check.ts';
import { type BurgeeModuleOptions, ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './options.ts';
import { ExecutionInterceptor } from './request.ts';

/** Global: `BurgeeModule.forRoot({ url, key })` once, then inject `Burgee` anywhere. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: BURGEE_CLIENT, useFactory: connect, inject: [MODULE_OPTIONS_TOKEN] },
    { provide: APP_INTERCEPTOR, useClass: ExecutionInterceptor },
    Burgee,
    FieldGuardCheck,
  ],
  exports: [Burgee, BURGEE_CLIENT],
})
export class BurgeeModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(BURGEE_CLIENT) private readonly client: ServerClient,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: BurgeeModuleOptions,
  ) {
    super();
  }

  /** The first request finds a ruleset if there is one to be had; a service that is away delays no start for long. */
  async onModuleInit(): Promise<void> {
    await this.client.ready(this.options.startTimeoutMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}

function connect(options: BurgeeModuleOptions): ServerClient {
  const logger = new Logger('Burgee');
  const onError = (error: BurgeeClientError) => logger.warn(`${error.message} (docs/errors/${error.code}.md)`);
  return createServerClient({ onError, ...options });
}
