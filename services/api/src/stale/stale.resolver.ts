import { Inject } from '@nestjs/common';
import { Args, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberMutation, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { dailyReport } from './due.ts';
import { findCommand, type ReportBody, report } from './report.ts';
import { StaleFinding, StaleReport } from './stale.graphql.ts';
import {
  type FiledReport,
  fileReport,
  readFiledFindings,
  readFindings,
  readReport,
  readReportOf,
  readReports,
} from './stale.sql.ts';

/** Overdue flags and the reports about them. */
@Resolver(() => StaleReport)
export class StaleResolver {
  readonly #postgres: Postgres;
  readonly #clock: Clock;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(CLOCK) clock: Clock) {
    this.#postgres = postgres;
    this.#clock = clock;
  }

  @MemberQuery(() => [StaleFinding], { needs: 'viewer', does: 'What the stale audit says now, or as of an instant.' })
  async staleFlags(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
    @Args('asOf', { type: () => Date, nullable: true }) asOf?: Date | null,
  ): Promise<StaleFinding[]> {
    const { id } = await readableProject(this.#postgres.db, member, { key });
    return readFindings(this.#postgres.db, id, asOf);
  }

  @MemberQuery(() => [StaleReport], { needs: 'viewer', does: 'The filed reports of a project, newest first.' })
  async staleReports(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
  ): Promise<FiledReport[]> {
    const { id } = await readableProject(this.#postgres.db, member, { key });
    return readReports(this.#postgres.db, id);
  }

  @MemberQuery(() => StaleReport, { needs: 'viewer', does: 'One filed report.', nullable: true })
  async staleReport(
    @CurrentMember() member: MemberCredential,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<FiledReport | null> {
    return (await readReport(this.#postgres.db, member, id)) ?? null;
  }

  @MemberMutation(() => StaleReport, {
    needs: 'developer',
    does: 'Files the report of today, or gives the one that was filed already.',
  })
  async runStaleAudit(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) key: string,
  ): Promise<FiledReport> {
    const { id } = await readableProject(this.#postgres.db, member, { key, least: 'developer' });
    const due = dailyReport(new Date(this.#clock()));
    await this.#postgres.transaction(member, (trx) => fileReport(trx, id, due));
    return (await readReportOf(this.#postgres.db, id, due)) as FiledReport;
  }

  @ResolveField(() => [StaleFinding])
  findings(@Parent() filed: FiledReport): Promise<StaleFinding[]> {
    return readFiledFindings(this.#postgres.db, filed.id);
  }

  @ResolveField('body')
  body(@Parent() filed: FiledReport): unknown {
    return report(filed.body as ReportBody);
  }
}

/** The command belongs to a finding wherever it is shown. */
@Resolver(() => StaleFinding)
export class StaleFindingResolver {
  @ResolveField(() => String, { description: 'Shows where the flag still stands in the code.' })
  findCommand(@Parent() { flagKey }: StaleFinding): string {
    return findCommand(flagKey);
  }
}
