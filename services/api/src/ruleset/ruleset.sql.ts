import type { Postgres } from '../postgres.ts';
import { RefusedRuleset, rawRuleset } from './raw-ruleset.ts';
import type { StoredRuleset } from './source.ts';

interface Row {
  readonly version: string;
  /** Null: the version that is held still stands. */
  readonly text: string | null;
  readonly flagRows: number | null;
  readonly hasDoubledSegments: boolean;
  readonly auditHead: string | null;
  readonly auditEntry: string;
}

/**
 * Reads an environment in one statement, and so in one instant; undefined: there is no such environment.
 *
 * @throws RefusedRuleset when it is over a limit, or when constraints were dropped and rows doubled
 */
export async function readRuleset(
  postgres: Postgres,
  environmentId: string,
  { heldVersion, timeoutMs }: { readonly heldVersion: string | undefined; readonly timeoutMs: number },
): Promise<StoredRuleset | 'unchanged' | undefined> {
  const rows = await postgres.syncQuery<Row>(
    `select
       environment.version,
       case when environment.is_new then burgee.wire_ruleset_text(environment.id) end as text,
       case when environment.is_new then (
         select count(*)::int
         from burgee.flag_setting
         join burgee.flag on flag.id = flag_setting.flag_id
         where flag_setting.environment_id = environment.id
           and flag.archived_at is null
       ) end as "flagRows",
       environment.is_new and exists (
         select from burgee.segment
         where segment.project_id = environment.project_id
         group by segment.key
         having count(*) > 1
       ) as "hasDoubledSegments",
       encode(environment.audit_head, 'hex') as "auditHead",
       coalesce((select max(id) from burgee.audit_entry where audit_entry.project_id = environment.project_id), 0)::text as "auditEntry"
     from (
       select
         id,
         project_id,
         audit_head,
         burgee.version_text(environment) as version,
         burgee.version_text(environment) is distinct from $2 as is_new
       from burgee.environment
       where id = $1
     ) as environment`,
    [environmentId, heldVersion ?? null],
    timeoutMs,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { version, text, flagRows } = row;
  if (text === null) return 'unchanged';
  if (rows.length > 1) throw new RefusedRuleset(version, 'the environment is there more than once');
  if (row.hasDoubledSegments) throw new RefusedRuleset(version, 'some segments are there more than once');
  const raw = rawRuleset({ version, text, flagRows: flagRows ?? 0 });
  return { raw, auditHead: row.auditHead, auditEntry: row.auditEntry };
}

/** Reads the opaque versions of environments, by id. */
export async function readVersions(
  postgres: Postgres,
  environmentIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await postgres.syncQuery<{ id: string; version: string }>(
    `select environment.id, burgee.version_text(environment) as version
     from burgee.environment
     where environment.id = any($1::uuid[])`,
    [environmentIds],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Whether there is any environment. Once there is one, there always is: none is ever deleted. */
export async function hasEnvironment(postgres: Postgres): Promise<boolean> {
  const rows = await postgres.syncQuery('select from burgee.environment limit 1');
  return rows.length > 0;
}
