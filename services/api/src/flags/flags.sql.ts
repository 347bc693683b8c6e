import type { Flag as ServedFlag } from '@burgee/evaluator';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { environmentJson } from '../access/projects.sql.ts';
import type { DB } from '../database.ts';
import { jsonb } from '../graphql/write.sql.ts';
import type { Flag, FlagKind, FlagSetting, FlagState } from './flags.graphql.ts';

/** Which flags of a project are asked for; what is absent does not narrow. */
export interface FlagFilter {
  readonly search?: string | null;
  readonly kind?: FlagKind | null;
  readonly owner?: string | null;
  readonly state?: FlagState | null;
  readonly stale?: boolean | null;
  readonly archived: boolean;
}

interface Page {
  readonly first: number;
  /** Key of the last flag of the page before. */
  readonly after: string | undefined;
}

/** Reads one page of flags in the order of their keys, and one flag more where there is a next page. */
export async function readFlags(db: Kysely<DB>, projectId: string, filter: FlagFilter, page: Page): Promise<Flag[]> {
  const { rows } = await sql<Flag>`
    select ${flagColumns}
    from burgee.flag
    where ${matching(projectId, filter)}
      and ${page.after === undefined ? sql`true` : sql`flag.key collate "C" > ${page.after}`}
    order by flag.key collate "C"
    limit ${page.first + 1}`.execute(db);
  return rows;
}

/** Counts the flags of all pages. */
export async function countFlags(db: Kysely<DB>, projectId: string, filter: FlagFilter): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from burgee.flag where ${matching(projectId, filter)}`.execute(db);
  return Number(rows[0]?.count);
}

/** Reads one flag by its key. */
export async function readFlag(db: Kysely<DB>, projectId: string, key: string): Promise<Flag | undefined> {
  const { rows } = await sql<Flag>`
    select ${flagColumns} from burgee.flag where flag.project_id = ${projectId} and flag.key = ${key}`.execute(db);
  return rows[0];
}

/** Reads how a flag decides in one environment. */
export async function readSetting(
  db: Kysely<DB>,
  { projectId, environment, key }: { readonly projectId: string; readonly environment: string; readonly key: string },
): Promise<FlagSetting | undefined> {
  const { rows } = await sql<{ setting: FlagSetting }>`
    select ${settingJson} as setting
    from burgee.flag_setting as setting
    join burgee.flag on flag.id = setting.flag_id
    join burgee.environment on environment.id = setting.environment_id
    where flag.project_id = ${projectId} and flag.key = ${key} and environment.key = ${environment}`.execute(db);
  return rows[0]?.setting;
}

/** Reads a flag as it goes over the wire, with what this transaction wrote. */
export async function readServedForm(
  db: Kysely<DB>,
  { projectId, environment, key }: { readonly projectId: string; readonly environment: string; readonly key: string },
): Promise<ServedFlag | undefined> {
  const { rows } = await sql<{ flag: ServedFlag }>`
    select burgee.wire_flag(flag, setting) as flag
    from burgee.flag_setting as setting
    join burgee.flag on flag.id = setting.flag_id
    join burgee.environment on environment.id = setting.environment_id
    where flag.project_id = ${projectId} and flag.key = ${key} and environment.key = ${environment}`.execute(db);
  return rows[0]?.flag;
}

/** Finds the revision of a setting that had the form which is served, in the audit log; null where there was none. */
export async function readRevisionOfForm(
  db: Kysely<DB>,
  environmentId: string,
  served: ServedFlag,
): Promise<string | null> {
  const { rows } = await sql<{ revision: string }>`
    select after ->> 'revision' as revision
    from burgee.audit_entry
    where environment_id = ${environmentId}
      and subject = 'flag_setting'
      and subject_key = ${served.key}
      and coalesce(nullif(after -> 'rules', 'null'), '[]') = ${jsonb(served.rules ?? [])}
      and coalesce(nullif(after -> 'requires', 'null'), '[]') = ${jsonb(served.requires ?? [])}
      and after -> 'default_serve' = ${jsonb(served.default)}
      and after ->> 'off_variant' is not distinct from ${served.off}::text
      and after ->> 'semantics' is not distinct from ${served.semantics ?? null}::text
      and coalesce(after -> 'foreign_rule', 'null') = ${jsonb(served.foreign ?? null)}
      and after ->> 'salt' is not distinct from ${served.salt ?? null}::text
      and coalesce(after ->> 'semantics', 'burgee-1') = ${served.semantics ?? 'burgee-1'}
      and coalesce(after -> 'foreign_rule', 'null') = ${jsonb(served.foreign ?? null)}
    order by id desc
    limit 1`.execute(db);
  return rows[0]?.revision ?? null;
}

function matching(projectId: string, { search, kind, owner, state, stale, archived }: FlagFilter): RawBuilder<unknown> {
  const texts = sql`lower(concat_ws(' ', flag.key, flag.name, flag.description, flag.owner, array_to_string(flag.tags, ' ')))`;
  const isStale = sql`flag.id in (
    select found.flag_id from burgee.stale_flags(${projectId}, burgee.now()) as found where found.finding = 'stale')`;
  const wantsArchived = state ? state === 'archived' : archived;
  return sql.join(
    [
      sql`flag.project_id = ${projectId}`,
      wantsArchived ? sql`flag.archived_at is not null` : sql`flag.archived_at is null`,
      search ? sql`position(lower(${search}) in ${texts}) > 0` : undefined,
      kind ? sql`flag.kind = ${kind}` : undefined,
      owner ? sql`lower(flag.owner) = lower(${owner})` : undefined,
      state && state !== 'archived' ? sql`${stateInProduction} = ${state}` : undefined,
      stale === true ? isStale : undefined,
      stale === false ? sql`not ${isStale}` : undefined,
    ].filter((condition) => condition !== undefined),
    sql` and `,
  );
}

const stateInProduction = sql`(
  select case
    when not coalesce(bool_or(setting.enabled), false) then 'off'
    when bool_and(setting.settled_at <= burgee.now()) filter (where setting.enabled) then 'on'
    else 'targeted'
  end
  from burgee.flag_setting as setting
  join burgee.environment on environment.id = setting.environment_id
  where setting.flag_id = flag.id and environment.is_production)`;

/** A setting as GraphQL shows it; jsonb null, the code's default, becomes null. */
const settingJson = sql`jsonb_build_object(
  'flagKey', flag.key,
  'environment', ${environmentJson},
  'enabled', setting.enabled,
  'offVariant', setting.off_variant,
  'requires', coalesce(setting.requires, '[]'),
  'rules', coalesce(setting.rules, '[]'),
  'defaultServe', setting.default_serve,
  'salt', setting.salt,
  'semantics', coalesce(setting.semantics, 'burgee-1'),
  'foreign', setting.foreign_rule,
  'revision', setting.revision::text,
  'settledAt', setting.settled_at,
  'settledValue', setting.settled_value,
  'updatedAt', setting.updated_at)`;

const settings = sql`
  coalesce(
    (select jsonb_agg(${settingJson} order by environment.position, environment.key)
     from burgee.flag_setting as setting
     join burgee.environment on environment.id = setting.environment_id
     where setting.flag_id = flag.id),
    '[]')`;

const codeReferences = sql`
  coalesce(
    (select jsonb_agg(
       jsonb_build_object(
         'repository', reference.repository, 'path', reference.path, 'line', reference.line, 'commit', reference.commit)
       order by reference.repository, reference.path, reference.line)
     from burgee.code_reference as reference
     where reference.flag_id = flag.id),
    '[]')`;

const requiredBy = sql`
  array(
    select distinct dependent.key
    from burgee.setting_reference as reference
    join burgee.flag as dependent on dependent.id = reference.flag_id
    where reference.required_flag_id = flag.id and dependent.archived_at is null
    order by dependent.key)`;

const lastUsedAt = sql`
  (select max(exposure.hour)
   from burgee.flag_exposure as exposure
   where exposure.flag_id = flag.id and exposure.source = 'used')`;

const flagColumns = sql`
  flag.id,
  flag.project_id as "projectId",
  flag.key,
  flag.name,
  flag.description,
  flag.kind,
  flag.value_type as "valueType",
  flag.variants,
  flag.client_visible as "clientVisible",
  flag.owner,
  flag.tags,
  flag.metadata,
  flag.revision,
  flag.archived_at as "archivedAt",
  flag.created_at as "createdAt",
  flag.updated_at as "updatedAt",
  ${settings} as settings,
  ${codeReferences} as "codeReferences",
  ${requiredBy} as "requiredBy",
  ${lastUsedAt} as "lastUsedAt"`;
