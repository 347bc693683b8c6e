import { type Kysely, sql } from 'kysely';
import type { DB } from '../database.ts';
import type { AuditEntry } from './audit.graphql.ts';

/** Which entries of a project are asked for; what is absent does not narrow. */
export interface AuditFilter {
  readonly environment?: string | null;
  readonly flag?: string | null;
}

interface Page {
  readonly first: number;
  /** Id of the last entry of the page before. */
  readonly after: string | undefined;
}

/** Reads one page of the audit log, newest first, and one entry more where there is a next page. */
export async function readAudit(
  db: Kysely<DB>,
  projectId: string,
  { environment, flag, first, after }: AuditFilter & Page,
): Promise<AuditEntry[]> {
  const { rows } = await sql<AuditEntry>`
    select entry.id, entry.at, entry.actor, entry.door, entry.db_login as "dbLogin", entry.reason, entry.emergency,
      entry.subject, entry.subject_key as "subjectKey", entry.operation, environment.key as environment,
      entry.before, entry.after, encode(entry.hash, 'hex') as hash
    from burgee.audit_entry as entry
    left join burgee.environment on environment.id = entry.environment_id
    where entry.project_id = ${projectId}
      and ${environment == null ? sql`true` : sql`environment.key = ${environment}`}
      and ${flag == null ? sql`true` : sql`(entry.subject in ('flag', 'flag_setting') and entry.subject_key = ${flag})`}
      and ${after === undefined ? sql`true` : sql`(entry.at, entry.id) < (select at, id from burgee.audit_entry where id = ${after}::bigint)`}
    order by entry.at desc, entry.id desc
    limit ${first + 1}`.execute(db);
  return rows;
}
