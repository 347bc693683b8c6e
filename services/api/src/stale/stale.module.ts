import { Module } from '@nestjs/common';
import { FlagFindingResolver } from './flag-finding.resolver.ts';
import { ReportController } from './report.controller.ts';
import { StaleJob } from './stale.job.ts';
import { StaleFindingResolver, StaleResolver } from './stale.resolver.ts';

/** Overdue flags, the audit that finds them and its reports. */
@Module({
  controllers: [ReportController],
  providers: [StaleResolver, StaleFindingResolver, FlagFindingResolver, StaleJob],
})
export class StaleModule {}
