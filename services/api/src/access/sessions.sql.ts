import type { Postgres } from '../postgres.ts';
import type { Role } from './role.ts';

/** A live row of `access_token`, with its member. */
export interface LiveToken {
  readonly id: string;
  readonly memberId: string;
  readonly kind: 'cli' | 'session';
  readonly expiresAt: Date | null;
}

/** A member as the sign-in doors tell it. */
export interface SignedIn {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: Readonly<Record<string, Role>>;
}

const live = `
  token.revoked_at is null
  and (token.expires_at is null or token.expires_at > clock_timestamp())
  and member.disabled_at is null`;

const columns = `
  token.id,
  token.member_id as "memberId",
  token.kind,
  token.expires_at as "expiresAt"
  from burgee.access_token as token
  join burgee.member on member.id = token.member_id`;

/** Finds a live token by its hash. */
export async function readTokenByHash(postgres: Postgres, hash: Buffer): Promise<LiveToken | undefined> {
  const [token] = await postgres.query<LiveToken>(`select ${columns} where token.token_hash = $1 and ${live}`, [hash]);
  return token;
}

/** Finds a live session by its id, as a session token names it. */
export async function readSession(postgres: Postgres, id: string, memberId: string): Promise<LiveToken | undefined> {
  const [token] = await postgres.query<LiveToken>(
    `select ${columns} where token.id = $1 and token.member_id = $2 and token.kind = 'session' and ${live}`,
    [id, memberId],
  );
  return token;
}

/** Writes down when tokens were last used. */
export async function writeTokensUsed(postgres: Postgres, uses: ReadonlyMap<string, number>): Promise<void> {
  await postgres.query(
    `update burgee.access_token
     set last_used_at = greatest(access_token.last_used_at, used.at)
     from (select unnest($1::uuid[]) as id, to_timestamp(unnest($2::float8[]) / 1000) as at) as used
     where access_token.id = used.id`,
    [[...uses.keys()], [...uses.values()]],
  );
}

/** Reads what a sign-in compares with. */
export async function readPassword(
  postgres: Postgres,
  email: string,
): Promise<{ memberId: string; passwordHash: string } | undefined> {
  const [found] = await postgres.query<{ memberId: string; passwordHash: string }>(
    `select id as "memberId", password_hash as "passwordHash"
     from burgee.member
     where lower(email) = $1 and disabled_at is null and password_hash is not null`,
    [email],
  );
  return found;
}

/** Opens a session and gives its id. */
export async function insertSession(
  postgres: Postgres,
  session: { readonly memberId: string; readonly hash: Buffer; readonly expiresAt: Date },
): Promise<string> {
  return postgres.transaction({ memberId: session.memberId, door: 'ui' }, async (trx) => {
    const { id } = await trx
      .insertInto('burgee.access_token')
      .values({
        member_id: session.memberId,
        kind: 'session',
        name: 'session',
        token_hash: session.hash,
        expires_at: session.expiresAt,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  });
}

/** Ends a session. */
export async function endSession(postgres: Postgres, { id, memberId }: LiveToken): Promise<void> {
  await postgres.transaction({ memberId, door: 'ui' }, (trx) =>
    trx
      .updateTable('burgee.access_token')
      .set({ revoked_at: new Date() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute(),
  );
}

/** Reads a member with its role in each project. */
export async function readSignedIn(postgres: Postgres, memberId: string): Promise<SignedIn | undefined> {
  const [member] = await postgres.query<SignedIn>(
    `select member.id, member.email, member.name,
       coalesce(
         (select jsonb_object_agg(project.key, member_role.role)
          from burgee.member_role
          join burgee.project on project.id = member_role.project_id
          where member_role.member_id = member.id),
         '{}'
       ) as roles
     from burgee.member
     where member.id = $1 and member.disabled_at is null`,
    [memberId],
  );
  return member;
}

/** Makes the first member by the one-time link; the database refuses when somebody was there before. */
export async function redeemSetupLink(
  postgres: Postgres,
  first: { readonly tokenHash: Buffer; readonly email: string; readonly name: string; readonly passwordHash: string },
): Promise<string> {
  const [made] = await postgres.query<{ id: string }>('select burgee.redeem_setup_link($1, $2, $3, $4) as id', [
    first.tokenHash,
    first.email,
    first.name,
    first.passwordHash,
  ]);
  return (made as { id: string }).id;
}
