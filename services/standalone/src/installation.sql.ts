import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import type { EnvironmentKeys } from './credentials.ts';

/** Hashes of secrets, and how new ones are made; as the api does it. */
export interface SecretForms {
  newApiKey(kind: 'client' | 'server', environmentKey: string): { text: string; hash: Buffer; prefix: string };
  newAccessToken(): string;
  hashAccessToken(text: string): Buffer;
}

/** Does work on a connection of the owner, in one transaction that tells why. */
export async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'burgee npm start' });
  client.on('error', () => undefined); // also rejects the query that runs
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('burgee.reason', 'npm start', true)`);
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    await client.end();
  }
}

export async function hasProject(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query('select from burgee.project limit 1');
  return rowCount !== 0;
}

/** The access token of `operator@localhost`, an administrator of every project without a password: the known one, or a new one. */
export async function ensureOperator(
  client: pg.Client,
  known: string | undefined,
  forms: SecretForms,
): Promise<string> {
  await client.query(`
    insert into burgee.member (email, name)
    select 'operator@localhost', 'Operator'
     where not exists (select from burgee.member where email = 'operator@localhost')`);
  await client.query(`
    insert into burgee.member_role (member_id, project_id, role)
    select member.id, project.id, 'admin'
      from burgee.member
     cross join burgee.project
     where member.email = 'operator@localhost'
       and not exists (
         select from burgee.member_role
          where member_id = member.id
            and project_id = project.id
       )`);
  if (known !== undefined && (await tokenIsGood(client, forms.hashAccessToken(known)))) return known;
  const text = forms.newAccessToken();
  await client.query(
    `insert into burgee.access_token (member_id, kind, name, token_hash)
     select id, 'cli', 'npm start', $1
       from burgee.member
      where email = 'operator@localhost'`,
    [forms.hashAccessToken(text)],
  );
  return text;
}

/** API keys for each environment of the shop's project, or else of the oldest: the known ones, or new ones. */
export async function ensureKeys(
  client: pg.Client,
  known: KnownKeys,
  forms: SecretForms,
): Promise<Record<string, EnvironmentKeys>> {
  const { rows } = await client.query<{ id: string; key: string }>(`
    select id, key
      from burgee.environment
     where project_id = (select id from burgee.project order by key <> 'shop', created_at limit 1)
     order by position`);
  const keys: Record<string, EnvironmentKeys> = {};
  for (const environment of rows) {
    const ensure = (kind: 'client' | 'server') =>
      ensureKey(client, { environment, kind, known: known(environment.key, kind) }, forms);
    keys[environment.key] = { client: await ensure('client'), server: await ensure('server') };
  }
  return keys;
}

/** The key that was used before; undefined when there is none. */
type KnownKeys = (environment: string, kind: 'client' | 'server') => string | undefined;

/** A fresh one-time link, or undefined once a member has a password. */
export async function createSetupLink(ownerUrl: string, publicUrl: string): Promise<string | undefined> {
  return asOwner(ownerUrl, async (client) => {
    const { rowCount } = await client.query('select from burgee.member where password_hash is not null limit 1');
    if (rowCount !== 0) return undefined;
    const token = randomBytes(32).toString('base64url');
    await client.query(`select burgee.create_setup_link($1, now() + interval '1 hour')`, [sha256(token)]);
    return `${publicUrl}/#/setup?token=${token}`;
  });
}

/** Hasura keeps its own books apart from Burgee's tables, in a database that belongs to its login. */
export async function ensureMetadataDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on('error', () => undefined); // also rejects the query that runs
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)} owner burgee_hasura`);
  } finally {
    await client.end();
  }
}

interface WantedKey {
  readonly environment: { readonly id: string; readonly key: string };
  readonly kind: 'client' | 'server';
  readonly known: string | undefined;
}

async function ensureKey(
  client: pg.Client,
  { environment, kind, known }: WantedKey,
  forms: SecretForms,
): Promise<string> {
  if (known !== undefined && (await keyIsGood(client, environment.id, sha256(known)))) return known;
  const made = forms.newApiKey(kind, environment.key);
  await client.query(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
     values ($1, $2, 'npm start', $3, $4)`,
    [environment.id, kind, made.hash, made.prefix],
  );
  return made.text;
}

async function keyIsGood(client: pg.Client, environmentId: string, hash: Buffer): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from burgee.api_key
      where environment_id = $1
        and key_hash = $2
        and revoked_at is null
        and (expires_at is null or expires_at > now())`,
    [environmentId, hash],
  );
  return rowCount !== 0;
}

async function tokenIsGood(client: pg.Client, hash: Buffer): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from burgee.access_token
      where token_hash = $1
        and revoked_at is null
        and (expires_at is null or expires_at > now())`,
    [hash],
  );
  return rowCount !== 0;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
