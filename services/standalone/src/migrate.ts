import { ensureLogins, type LoginPasswords, up } from '@burgee/migrations';
import { StartError } from './errors.ts';
import { createSetupLink, ensureMetadataDatabase } from './installation.sql.ts';
import { migrationsDirectory } from './layout.ts';
import { type Environment, setting } from './settings.ts';

/**
 * Brings a database up to date. With the three passwords given, `DATABASE_URL` is the address of a login that may
 * create roles, and Burgee's logins and database are made first; without them it is burgee_owner's.
 */
export async function migrate(env: Environment): Promise<void> {
  const ownerUrl = await ownerUrlOf(env);
  const steps = await up({
    databaseUrl: ownerUrl,
    directory: migrationsDirectory,
    onStep: ({ version, name, durationMs }) => console.log(`applied ${version}_${name} in ${durationMs} ms`),
  });
  console.log(
    steps.length === 0 ? 'The database is up to date.' : `The database is up to date: ${steps.length} applied.`,
  );
}

/** Prints a link that makes one person the first administrator; for an hour, and only while there is none. */
export async function printSetupLink(env: Environment): Promise<void> {
  const publicUrl = setting(env, 'BURGEE_PUBLIC_URL') ?? 'http://127.0.0.1:4400';
  const link = await createSetupLink(await ownerUrlOf(env), publicUrl);
  if (link === undefined) throw new StartError('There is an administrator already: ask them for a membership.');
  console.log(link);
}

async function ownerUrlOf(env: Environment): Promise<string> {
  const databaseUrl = setting(env, 'DATABASE_URL');
  if (databaseUrl === undefined) {
    throw new StartError('DATABASE_URL is missing: give it as postgres://user:password@host:5432/database.', {
      exitCode: 78,
    });
  }
  const passwords = passwordsOf(env);
  if (passwords === undefined) return databaseUrl;
  const database = setting(env, 'BURGEE_DATABASE') ?? 'burgee';
  const { ownerUrl } = await ensureLogins(databaseUrl, passwords, database);
  const metadata = setting(env, 'BURGEE_HASURA_METADATA_DATABASE');
  if (metadata !== undefined) await ensureMetadataDatabase(databaseUrl, metadata);
  return ownerUrl;
}

/** All three, or none: a login without a password is a door left open. */
function passwordsOf(env: Environment): LoginPasswords | undefined {
  const names = ['BURGEE_OWNER_PASSWORD', 'BURGEE_API_PASSWORD', 'BURGEE_HASURA_PASSWORD'] as const;
  const [owner, api, hasura] = names.map((name) => setting(env, name));
  if (owner !== undefined && api !== undefined && hasura !== undefined) return { owner, api, hasura };
  if (owner === undefined && api === undefined && hasura === undefined) return undefined;
  throw new StartError(`${names.join(', ')}: give all three or none.`, { exitCode: 78 });
}
