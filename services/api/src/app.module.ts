import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccessModule } from './access/access.module.ts';
import type { Config } from './config.ts';
import { GraphqlModule } from './graphql/graphql.module.ts';
import { HealthModule } from './health/health.module.ts';
import { PlatformModule } from './platform.module.ts';

/** The features of the api. */
@Module({})
export class AppModule {
  static with(config: Config, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.with(config, logger), AccessModule, GraphqlModule, HealthModule],
    };
  }
}
