import { type Kysely, sql } from 'kysely';
import type { DB } from '../database.ts';
import { BurgeeError } from '../errors.ts';
import type { NewApiKey } from './api-key.ts';
import type { ApiKey } from './api-keys.graphql.ts';
import type { KeyKind, MemberCredential } from './credential.ts';

const columns = sql`
  api_key.id, environment.key as environment, api_key.kind, api_key.name, api_key.key_prefix as prefix,
  api_key.created_at as "createdAt", api_key.last_used_at as "lastUsedAt",
  api_key.expires_at as "expiresAt", api_key.revoked_at as "revokedAt"`;

/** Reads the keys of a project, revoked ones included, newest first. */
export async function readApiKeys(db: Kysely<DB>, projectId: string): Promise<ApiKey[]> {
  const { rows } = await sql<ApiKey>`
    select ${columns}
    from burgee.api_key
    join burgee.environment on environment.id = api_key.environment_id
    where environment.project_id = ${projectId}
    order by api_key.revoked_at is not null, environment.position, api_key.created_at desc, api_key.id`.execute(db);
  return rows;
}

/** Finds an environment of a project by its key. */
export async function readEnvironmentId(db: Kysely<DB>, projectId: string, key: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from burgee.environment where project_id = ${projectId} and key = ${key}`.execute(db);
  const [environment] = rows;
  if (environment === undefined) throw new BurgeeError('NOT_FOUND', `no environment ${key} in this project`);
  return environment.id;
}

interface KeyToKeep {
  readonly environmentId: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly expiresAt: Date | null;
  readonly createdBy: MemberCredential;
  readonly key: NewApiKey;
}

/** Keeps a key's hash and prefix; its text is nowhere but in the answer. */
export async function insertApiKey(db: Kysely<DB>, { key, ...kept }: KeyToKeep): Promise<ApiKey> {
  const { rows } = await sql<ApiKey>`
    with api_key as (
      insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix, created_by, expires_at)
      values (
        ${kept.environmentId}, ${kept.kind}, ${kept.name}, ${key.hash}, ${key.prefix},
        (select email from burgee.member where id = ${kept.createdBy.memberId}), ${kept.expiresAt}
      )
      returning *
    )
    select ${columns}
    from api_key
    join burgee.environment on environment.id = api_key.environment_id`.execute(db);
  return rows[0] as ApiKey;
}

/**
 * Revokes a key of a project in which the member has a role.
 *
 * @throws NOT_FOUND for a key of another project, as if there were none
 */
export async function revokeApiKey(db: Kysely<DB>, member: MemberCredential, id: string): Promise<ApiKey> {
  const { rows } = await sql<ApiKey>`
    with api_key as (
      update burgee.api_key
      set revoked_at = coalesce(api_key.revoked_at, burgee.now())
      from burgee.environment
      join burgee.member_role on member_role.project_id = environment.project_id
      where api_key.id = ${id}
        and environment.id = api_key.environment_id
        and member_role.member_id = ${member.memberId}
      returning api_key.*
    )
    select ${columns}
    from api_key
    join burgee.environment on environment.id = api_key.environment_id`.execute(db);
  const [revoked] = rows;
  if (revoked === undefined) throw new BurgeeError('NOT_FOUND', 'no such key');
  return revoked;
}
