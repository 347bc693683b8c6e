import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ReadableProject } from '../access/projects.sql.ts';
import { rolesFrom } from '../access/role.ts';
import type { DB } from '../database.ts';
import { BurgeeError } from '../errors.ts';
import { jsonb, listOrAbsent, revisionOf, updateRow } from '../graphql/write.sql.ts';
import type {
  ArchiveFlagInput,
  CreateFlagInput,
  SwitchFlagInput,
  TargetFlagInput,
  UpdateFlagInput,
} from './flag-inputs.graphql.ts';

/** Makes a flag; a trigger gives it a setting, switched off, in every environment. */
export async function insertFlag(db: Kysely<DB>, project: ReadableProject, input: CreateFlagInput): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    insert into burgee.flag
      (project_id, key, name, description, kind, value_type, variants, client_visible, owner, tags, metadata)
    values (
      ${project.id}, ${input.key}, ${input.name ?? ''}, ${input.description ?? ''}, ${input.kind}, ${input.valueType},
      ${jsonb(input.variants ?? (input.valueType === 'boolean' ? { on: true, off: false } : {}))},
      ${input.clientVisible ?? false}, ${input.owner}, ${input.tags ?? []}, ${jsonb(input.metadata ?? {})}
    )
    returning id`.execute(db);
  const { defaultVariant, offVariant } = input;
  if (defaultVariant == null && offVariant === undefined) return;
  await updateRow(db, {
    table: 'flag_setting',
    changes: {
      off_variant: offVariant,
      default_serve: defaultVariant == null ? undefined : jsonb(defaultVariant),
      change_reason: 'first values of a new flag',
    },
    where: sql`flag_id = ${rows[0]?.id} and ${writable(project)}`,
  });
}

/** Changes what a flag is, in every environment at once. */
export async function updateFlag(db: Kysely<DB>, projectId: string, input: UpdateFlagInput): Promise<void> {
  const changes = {
    revision: revisionOf(input.revision),
    name: input.name ?? undefined,
    description: input.description ?? undefined,
    owner: input.owner ?? undefined,
    tags: input.tags ?? undefined,
    kind: input.kind ?? undefined,
    variants: input.variants == null ? undefined : jsonb(input.variants),
    client_visible: input.clientVisible ?? undefined,
    metadata: input.metadata == null ? undefined : jsonb(input.metadata),
    change_reason: input.reason,
  };
  const where = sql`project_id = ${projectId} and key = ${input.key}`;
  if ((await updateRow(db, { table: 'flag', changes, where })) === 0) throw noFlag(input);
}

/** Archives a flag for ever. */
export async function archiveFlag(db: Kysely<DB>, projectId: string, input: ArchiveFlagInput): Promise<void> {
  const changes = { archived_at: sql`coalesce(archived_at, burgee.now())`, change_reason: input.reason };
  const where = sql`project_id = ${projectId} and key = ${input.key}`;
  if ((await updateRow(db, { table: 'flag', changes, where })) === 0) throw noFlag(input);
}

/** Switches a flag in one environment. What may be switched freely never stumbles over a revision. */
export async function switchFlag(db: Kysely<DB>, projectId: string, input: SwitchFlagInput): Promise<void> {
  const seen = input.revision == null || !input.enabled ? undefined : revisionOf(input.revision);
  const isOperational = sql`exists (select from burgee.flag where flag.id = flag_id and flag.kind = 'operational')`;
  const changes = {
    enabled: input.enabled,
    revision: seen === undefined ? undefined : sql`case when ${isOperational} then revision else ${seen}::bigint end`,
    change_reason: input.reason,
  };
  const where = settingOf(projectId, input);
  if ((await updateRow(db, { table: 'flag_setting', changes, where })) === 0) throw noFlag(input);
}

/** Changes how a flag decides in one environment. */
export async function targetFlag(db: Kysely<DB>, projectId: string, input: TargetFlagInput): Promise<void> {
  const changes = {
    revision: revisionOf(input.revision),
    enabled: input.enabled ?? undefined,
    off_variant: input.offVariant,
    requires: input.requires === undefined ? undefined : listOrAbsent(input.requires),
    rules: listOrAbsent(input.rules),
    default_serve: input.defaultServe === undefined ? undefined : jsonb(input.defaultServe),
    salt: input.salt,
    semantics: input.semantics,
    foreign_rule: input.foreign == null ? input.foreign : jsonb(input.foreign),
    change_reason: input.reason,
  };
  const where = settingOf(projectId, input);
  if ((await updateRow(db, { table: 'flag_setting', changes, where })) === 0) throw noFlag(input);
}

/** The answer for a flag or an environment that is not there. */
export function noFlag({ key, environment }: { readonly key: string; readonly environment?: string }): BurgeeError {
  return new BurgeeError(
    'NOT_FOUND',
    environment === undefined ? `no flag ${key}` : `no flag ${key} in environment ${environment}`,
  );
}

function settingOf(projectId: string, { key, environment }: { readonly key: string; readonly environment: string }) {
  return sql`
    flag_id = (select id from burgee.flag where project_id = ${projectId} and key = ${key})
    and environment_id = (select id from burgee.environment where project_id = ${projectId} and key = ${environment})`;
}

/** The settings that whoever makes a flag may also give their first values: a developer's do not reach production. */
function writable({ role }: ReadableProject): RawBuilder<unknown> {
  if (rolesFrom('product_owner').includes(role)) return sql`true`;
  return sql`environment_id in (select id from burgee.environment where not is_production)`;
}
