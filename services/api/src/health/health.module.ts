import { Module } from '@nestjs/common';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { HealthController } from './health.controller.ts';
import { MetricsListener } from './metrics.listener.ts';
import { PoolFigures } from './pool-figures.store.ts';
import { Readiness } from './readiness.store.ts';

/** What operators ask. */
@Module({
  imports: [RulesetModule],
  controllers: [HealthController],
  providers: [Readiness, MetricsListener, PoolFigures],
  exports: [Readiness],
})
export class HealthModule {}
