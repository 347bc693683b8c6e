import { Client } from 'pg';

export interface LoginPasswords {
  readonly owner: string;
  readonly api: string;
  readonly hasura: string;
}

/** Addresses of one database, one for each login. */
export interface LoginUrls {
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly hasuraUrl: string;
}

/**
 * Makes Burgee's three logins and its database, or brings their passwords up to date; they belong to the server, not to a migration.
 *
 * @param adminUrl  login that may create roles and databases, connected to any database
 * @param database  made when missing; an existing one keeps its owner
 */
export async function ensureLogins(
  adminUrl: string,
  passwords: LoginPasswords,
  database = 'burgee',
): Promise<LoginUrls> {
  await withClient(adminUrl, async (admin) => {
    for (const [login, password, idleLimit] of loginsOf(passwords))
      await ensureLogin(admin, { login, password, idleLimit });
    await admin.query('grant burgee_api, burgee_hasura to burgee_owner');
    await ensureDatabase(admin, database);
    await admin.query(`grant connect, create, temporary on database ${quoted(database)} to burgee_owner`);
    await admin.query(`grant connect on database ${quoted(database)} to burgee_api, burgee_hasura`);
  });
  return loginUrls(adminUrl, passwords, database);
}

/** The same addresses without touching the server. */
export function loginUrls(adminUrl: string, passwords: LoginPasswords, database: string): LoginUrls {
  const address = (login: string, password: string): string => {
    const url = new URL(adminUrl);
    url.username = login;
    url.password = encodeURIComponent(password);
    url.pathname = `/${database}`;
    return url.href;
  };
  return {
    ownerUrl: address('burgee_owner', passwords.owner),
    apiUrl: address('burgee_api', passwords.api),
    hasuraUrl: address('burgee_hasura', passwords.hasura),
  };
}

// A person at psql may think longer than a program.
function loginsOf(passwords: LoginPasswords): [login: string, password: string, idleLimit: string][] {
  return [
    ['burgee_owner', passwords.owner, '10min'],
    ['burgee_api', passwords.api, '30s'],
    ['burgee_hasura', passwords.hasura, '30s'],
  ];
}

async function ensureLogin(admin: Client, { login, password, idleLimit }: Login): Promise<void> {
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [login]);
  if (rowCount === 0) await admin.query(`create role ${login} login`);
  const { rows } = await admin.query<{ literal: string }>('select quote_literal($1::text) as literal', [password]);
  await admin.query(`alter role ${login} login password ${rows[0]?.literal}`);
  await admin.query(`alter role ${login} set idle_in_transaction_session_timeout = '${idleLimit}'`);
}
type Login = { login: string; password: string; idleLimit: string };

async function ensureDatabase(admin: Client, database: string): Promise<void> {
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [database]);
  if (rowCount !== 0) return;
  // Only a superuser may give a database away to a role that it is not a member of.
  await admin.query(`do $$ begin
    if not (select rolsuper from pg_roles where rolname = current_user) then execute 'grant burgee_owner to current_user'; end if;
  end $$`);
  await admin.query(`create database ${quoted(database)} owner burgee_owner`);
  await admin.query(`revoke all on database ${quoted(database)} from public`);
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
