import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { RulesetModule } from '../ruleset/ruleset.module.ts';
import { ExposureController } from './exposure.controller.ts';
import { ExposureJob } from './exposure.job.ts';
import { ExposureBuffer } from './exposure.store.ts';

/** Counts in: from applications, and of what this process hands out itself; the worker keeps their tables. */
@Module({
  imports: [AccessModule, RulesetModule],
  controllers: [ExposureController],
  providers: [ExposureBuffer, ExposureJob],
})
export class ExposureModule {}
