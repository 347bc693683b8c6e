import { type Kysely, sql } from 'kysely';
import type { MemberCredential } from '../access/credential.ts';
import type { DB } from '../database.ts';
import type { Postgres } from '../postgres.ts';
import type { DueReport } from './due.ts';
import type { StaleFinding, StaleReport } from './stale.graphql.ts';

/** A filed report as the resolver and the page need it, with the key of its project. */
export type FiledReport = StaleReport & { readonly project: string };

/** Reads what the stale audit says as of an instant, or now. */
export async function readFindings(db: Kysely<DB>, projectId: string, asOf?: Date | null): Promise<StaleFinding[]> {
  const { rows } = await sql<StaleFinding>`
    select found.flag_key as "flagKey", found.finding, found.kind, found.since, found.days, found.owner, found.value,
      found.detail, (found.detail ->> 'lastUsedAt')::timestamptz as "lastUsedAt"
    from burgee.stale_flags(${projectId}, coalesce(${asOf ?? null}::timestamptz, burgee.now())) as found`.execute(db);
  return rows;
}

/** Reads the findings of a filed report, in its order. */
export async function readFiledFindings(db: Kysely<DB>, reportId: string): Promise<StaleFinding[]> {
  const { rows } = await sql<StaleFinding>`
    select found.flag_key as "flagKey", found.finding, found.detail ->> 'kind' as kind, found.since, found.days, found.owner,
      found.detail -> 'value' as value, found.detail - 'kind' - 'value' as detail,
      (found.detail ->> 'lastUsedAt')::timestamptz as "lastUsedAt"
    from burgee.stale_finding as found
    where found.report_id = ${reportId}
    order by
      array_position(
        array['stale', 'concluded_off', 'stuck', 'unknown', 'ready_to_archive', 'abandoned', 'kind_changed'], found.finding),
      found.since,
      found.flag_key collate "C"`.execute(db);
  return rows;
}

/** Reads the last 400 reports of a project, newest first. */
export async function readReports(db: Kysely<DB>, projectId: string): Promise<FiledReport[]> {
  const { rows } = await sql<FiledReport>`
    select ${reportColumns}
    from burgee.stale_report as report
    join burgee.project on project.id = report.project_id
    where report.project_id = ${projectId}
    order by report.period desc, report.kind
    limit 400`.execute(db);
  return rows;
}

/** Reads one report of a project in which the member has a role. */
export async function readReport(
  db: Kysely<DB>,
  member: MemberCredential,
  id: string,
): Promise<FiledReport | undefined> {
  if (!uuid.test(id)) return undefined;
  const { rows } = await sql<FiledReport>`
    select ${reportColumns}
    from burgee.stale_report as report
    join burgee.project on project.id = report.project_id
    join burgee.member_role on member_role.project_id = project.id
    where report.id = ${id} and member_role.member_id = ${member.memberId}`.execute(db);
  return rows[0];
}

/** Files a report unless somebody filed it already; the constraint on the period decides who was first. */
export async function fileReport(db: Kysely<DB>, projectId: string, { kind, period, asOf }: DueReport): Promise<void> {
  await sql`select burgee.file_stale_report(${projectId}, ${kind}, ${period}::date, ${asOf})`.execute(db);
}

/** Reads the report of a period. */
export async function readReportOf(
  db: Kysely<DB>,
  projectId: string,
  { kind, period }: Pick<DueReport, 'kind' | 'period'>,
): Promise<FiledReport | undefined> {
  const { rows } = await sql<FiledReport>`
    select ${reportColumns}
    from burgee.stale_report as report
    join burgee.project on project.id = report.project_id
    where report.project_id = ${projectId} and report.kind = ${kind} and report.period = ${period}::date`.execute(db);
  return rows[0];
}

/** Ids of the projects that were there at an instant and have no report of the period yet. */
export async function readProjectsWithout(postgres: Postgres, { kind, period, asOf }: DueReport): Promise<string[]> {
  const rows = await postgres.query<{ id: string }>(
    `select project.id
     from burgee.project
     where ($1 = 'daily' or project.created_at < $3)
       and not exists (
         select
         from burgee.stale_report
         where project_id = project.id and kind = $1 and period = $2::date
       )
     order by project.id`,
    [kind, period, asOf],
  );
  return rows.map(({ id }) => id);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const reportColumns = sql`
  report.id,
  project.key as project,
  report.kind,
  to_char(report.period, 'YYYY-MM-DD') as period,
  report.as_of as "asOf",
  report.created_at as "createdAt",
  report.body`;
