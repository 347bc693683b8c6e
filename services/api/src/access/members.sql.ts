import { type Kysely, sql } from 'kysely';
import type { DB } from '../database.ts';
import { BurgeeError } from '../errors.ts';
import type { MemberCredential } from './credential.ts';
import type { AccessToken, Me, ProjectMember } from './members.graphql.ts';
import type { Role } from './role.ts';

/** Reads the member itself, with its roles and its live access tokens. */
export async function readMe(db: Kysely<DB>, member: MemberCredential): Promise<Me> {
  const { rows } = await sql<Me>`
    select member.id, member.email, member.name,
      coalesce(
        (select jsonb_agg(jsonb_build_object('project', project.key, 'role', member_role.role) order by project.key)
         from burgee.member_role
         join burgee.project on project.id = member_role.project_id
         where member_role.member_id = member.id),
        '[]'
      ) as roles,
      coalesce(
        (select jsonb_agg(${accessTokenJson} order by token.created_at desc, token.id)
         from burgee.access_token as token
         where token.member_id = member.id and token.kind = 'cli' and token.revoked_at is null),
        '[]'
      ) as "accessTokens"
    from burgee.member
    where member.id = ${member.memberId}`.execute(db);
  return rows[0] as Me;
}

const accessTokenJson = sql`jsonb_build_object(
  'id', token.id,
  'name', token.name,
  'createdAt', token.created_at,
  'expiresAt', token.expires_at,
  'lastUsedAt', token.last_used_at)`;

/** Reads the members of a project, by e-mail. */
export async function readMembers(db: Kysely<DB>, projectId: string, memberId?: string): Promise<ProjectMember[]> {
  const { rows } = await sql<ProjectMember>`
    select member.id, member.email, member.name, member_role.role
    from burgee.member_role
    join burgee.member on member.id = member_role.member_id
    where member_role.project_id = ${projectId}
      and member.disabled_at is null
      and ${memberId === undefined ? sql`true` : sql`member.id = ${memberId}`}
    order by lower(member.email)`.execute(db);
  return rows;
}

/** Finds a member by the canonical form of its e-mail. */
export async function readMemberId(db: Kysely<DB>, email: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select id from burgee.member where lower(email) = ${email}`.execute(db);
  return rows[0]?.id;
}

/** Adds a person; without a password it cannot sign in yet. */
export async function insertMember(
  db: Kysely<DB>,
  member: { readonly email: string; readonly name: string; readonly passwordHash: string | null },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into burgee.member (email, name, password_hash)
    values (${member.email}, ${member.name}, ${member.passwordHash})
    returning id`.execute(db);
  return (rows[0] as { id: string }).id;
}

interface RoleChange {
  readonly projectId: string;
  readonly memberId: string;
  readonly role: Role | null;
}

/** Gives a role, changes it, or takes it away where it is null. */
export async function writeRole(db: Kysely<DB>, { projectId, memberId, role }: RoleChange): Promise<void> {
  if (role === null) {
    await sql`delete from burgee.member_role where member_id = ${memberId} and project_id = ${projectId}`.execute(db);
    return;
  }
  await sql`
    insert into burgee.member_role (member_id, project_id, role)
    values (${memberId}, ${projectId}, ${role})
    on conflict (member_id, project_id) do update set role = excluded.role`.execute(db);
}

/** Adds an access token of the member's own. */
export async function insertAccessToken(
  db: Kysely<DB>,
  token: {
    readonly memberId: string;
    readonly name: string;
    readonly hash: Buffer;
    readonly expiresInDays: number | null;
  },
): Promise<AccessToken> {
  const { rows } = await sql<{ made: AccessToken }>`
    insert into burgee.access_token as token (member_id, kind, name, token_hash, expires_at)
    values (
      ${token.memberId}, 'cli', ${token.name}, ${token.hash},
      clock_timestamp() + make_interval(days => ${token.expiresInDays}::int)
    )
    returning ${accessTokenJson} as made`.execute(db);
  return (rows[0] as { made: AccessToken }).made;
}

/**
 * Ends an access token of the member's own.
 *
 * @throws NOT_FOUND for a token of somebody else, as if there were none
 */
export async function revokeAccessToken(db: Kysely<DB>, member: MemberCredential, id: string): Promise<void> {
  const { rows } = await sql`
    update burgee.access_token set revoked_at = coalesce(revoked_at, clock_timestamp())
    where id = ${id} and member_id = ${member.memberId} and kind = 'cli'
    returning id`.execute(db);
  if (rows.length === 0) throw new BurgeeError('NOT_FOUND', 'no such access token of yours');
}

/** Reads the hash of the member's own password; undefined when it has none. */
export async function readPasswordHash(db: Kysely<DB>, member: MemberCredential): Promise<string | undefined> {
  const { rows } = await sql<{ hash: string | null }>`
    select password_hash as hash from burgee.member where id = ${member.memberId}`.execute(db);
  return rows[0]?.hash ?? undefined;
}

/** Changes the member's own password, unless it changed meanwhile, and ends its other sessions; false when it did. */
export async function writePassword(
  db: Kysely<DB>,
  member: MemberCredential,
  { was, becomes }: { readonly was: string; readonly becomes: string },
): Promise<boolean> {
  const { rows } = await sql`
    update burgee.member set password_hash = ${becomes}
    where id = ${member.memberId} and password_hash = ${was}
    returning id`.execute(db);
  if (rows.length === 0) return false;
  await sql`
    update burgee.access_token set revoked_at = clock_timestamp()
    where member_id = ${member.memberId} and kind = 'session' and id <> ${member.tokenId} and revoked_at is null`.execute(
    db,
  );
  return true;
}
