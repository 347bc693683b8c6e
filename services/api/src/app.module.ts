import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccessModule } from './access/access.module.ts';
import { AdminModule } from './admin/admin.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { ChangesModule } from './changes/changes.module.ts';
import type { Config } from './config.ts';
import { DatabaseModule } from './database.module.ts';
import { EvaluationModule } from './evaluation/evaluation.module.ts';
import { ExposureModule } from './exposure/exposure.module.ts';
import { FlagsModule } from './flags/flags.module.ts';
import { GraphqlModule } from './graphql/graphql.module.ts';
import { HealthModule } from './health/health.module.ts';
import { ImportsModule } from './imports/imports.module.ts';
import { OpenApiModule } from './openapi/openapi.module.ts';
import { PlatformModule } from './platform.module.ts';
import { RelayModule } from './relay/relay.module.ts';
import { RulesetModule } from './ruleset/ruleset.module.ts';
import { SegmentsModule } from './segments/segments.module.ts';
import { StaleModule } from './stale/stale.module.ts';
import { TrafficModule } from './traffic/traffic.module.ts';

/** The features of the process, by its role. */
@Module({})
export class AppModule {
  static with(config: Config, logger: Logger): DynamicModule {
    const { role } = config;
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(config, logger),
        TrafficModule,
        RulesetModule,
        EvaluationModule,
        ExposureModule.for(role),
        OpenApiModule,
        HealthModule,
        ...(role === 'relay' ? [RelayModule] : overDatabase),
      ],
    };
  }
}

const overDatabase = [
  DatabaseModule,
  AccessModule,
  FlagsModule,
  SegmentsModule,
  ImportsModule,
  AuditModule,
  StaleModule,
  ChangesModule,
  GraphqlModule,
  AdminModule,
];
