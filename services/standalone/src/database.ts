import { ensureLogins, type LoginPasswords, type LoginUrls, loginUrls } from '@burgee/migrations';
import pg from 'pg';
import { StartError } from './errors.ts';

/**
 * Burgee's own logins on a server that was given: as they are when our passwords open them, else made or brought up to date.
 *
 * @throws StartError when the server cannot be reached, or the given login may not make them
 */
export async function openGivenServer(databaseUrl: string, passwords: LoginPasswords): Promise<LoginUrls> {
  const database = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
  const urls = loginUrls(databaseUrl, passwords, database);
  const given = await ask(databaseUrl);
  if ((await opens(urls.ownerUrl)) && (await opens(urls.apiUrl))) return urls;
  if (!given.may_create_roles) {
    throw new StartError(
      `The login "${given.login}" of DATABASE_URL may not create roles, and burgee_owner and burgee_api are not there ` +
        'with the passwords of this data directory: give the address of a login with CREATEROLE or of a superuser once.',
    );
  }
  if (given.in_use > 0) {
    throw new StartError(
      'Another Burgee uses this database server with passwords of its own (burgee_owner or burgee_api is connected): ' +
        'stop it, bring its credentials.json into this data directory, or use another server.',
    );
  }
  return ensureLogins(databaseUrl, passwords, database);
}

interface GivenServer {
  readonly login: string;
  readonly may_create_roles: boolean;
  /** Connections of Burgee's logins. */
  readonly in_use: number;
}

async function ask(databaseUrl: string): Promise<GivenServer> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // also rejects what is being asked
  try {
    await client.connect();
    const { rows } = await client.query<GivenServer>(question);
    return rows[0] as GivenServer;
  } catch (cause) {
    const where = new URL(databaseUrl).host;
    throw new StartError(`The server of DATABASE_URL (${where}) does not let us in: ${(cause as Error).message}.`, { cause });
  } finally {
    await client.end();
  }
}

const question = `
  select current_user as login,
         rolsuper or rolcreaterole as may_create_roles,
         (select count(*)::int
            from pg_stat_activity
           where usename in ('burgee_owner', 'burgee_api')) as in_use
    from pg_roles
   where rolname = current_user`;

async function opens(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
