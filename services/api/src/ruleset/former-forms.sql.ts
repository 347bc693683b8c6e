import type { Postgres } from '../postgres.ts';
import type { FormerForms } from './assemble.ts';

/** How far back is looked for a form that compiles. */
const entriesRead = 50;

/**
 * Reads earlier forms of flags in an environment from the audit log, newest first: at each entry about the flag or its
 * setting, both as they stood then. The log is the same for every replica up to an entry, and so is what comes out.
 */
export async function readFormerForms(
  postgres: Postgres,
  environmentId: string,
  { flagKeys, auditEntry }: { readonly flagKeys: readonly string[]; readonly auditEntry: string },
): Promise<FormerForms> {
  const rows = await postgres.syncQuery<{ key: string; forms: unknown[] }>(
    `select entry.subject_key as key,
       jsonb_agg(
         burgee.wire_flag(
           jsonb_populate_record(null::burgee.flag, flag_then.after),
           jsonb_populate_record(null::burgee.flag_setting, setting_then.after))
         order by entry.id desc) as forms
     from burgee.environment
     cross join unnest($2::text[]) as wanted (key)
     cross join lateral (
       select id, subject_key
       from burgee.audit_entry
       where project_id = environment.project_id
         and subject_key = wanted.key
         and (subject = 'flag' or subject = 'flag_setting' and environment_id = environment.id)
         and after is not null
         and id <= $3
       order by id desc
       limit ${entriesRead}
     ) as entry
     cross join lateral (
       select after
       from burgee.audit_entry
       where project_id = environment.project_id
         and subject = 'flag'
         and subject_key = entry.subject_key
         and after is not null
         and id <= entry.id
       order by id desc
       limit 1
     ) as flag_then
     cross join lateral (
       select after
       from burgee.audit_entry
       where environment_id = environment.id
         and subject = 'flag_setting'
         and subject_key = entry.subject_key
         and after is not null
         and id <= entry.id
       order by id desc
       limit 1
     ) as setting_then
     where environment.id = $1
     group by entry.subject_key`,
    [environmentId, flagKeys, auditEntry],
  );
  return new Map(rows.map(({ key, forms }) => [key, forms]));
}
