import { readFile } from 'node:fs/promises';
import { type LoginUrls, up } from '@burgee/migrations';
import { type Credentials, saveCredentials } from './credentials.ts';
import { asOwner, createSetupLink, ensureKeys, ensureOperator, hasProject } from './installation.sql.ts';
import { demoSeedFile, migrationsDirectory } from './layout.ts';

/** What programs and people need to use this installation. */
export interface Installation {
  readonly accessToken: string;
  readonly keys: Credentials['keys'];
  /** undefined: somebody has a password already. */
  readonly setupLink: string | undefined;
}

export interface InstallationOptions {
  readonly dataDir: string;
  readonly publicUrl: string;
  /** Whether an empty database gets the demo; never into a server that was given. */
  readonly demo: boolean;
}

/** Migrates the database and sees to it that the credentials of this data directory open it. */
export async function prepareInstallation(
  urls: LoginUrls,
  credentials: Credentials,
  { dataDir, publicUrl, demo }: InstallationOptions,
): Promise<Installation> {
  await up({ databaseUrl: urls.ownerUrl, directory: migrationsDirectory });
  if (demo) await seedOnce(urls.ownerUrl);
  const forms = await import('@burgee/api');
  const made = await asOwner(urls.ownerUrl, async (client) => ({
    accessToken: await ensureOperator(client, credentials.accessToken, forms),
    keys: await ensureKeys(client, (environment, kind) => credentials.keys[environment]?.[kind], forms),
  }));
  saveCredentials(dataDir, { ...credentials, ...made });
  return { ...made, setupLink: await createSetupLink(urls.ownerUrl, publicUrl) };
}

/** Loads the demo into a database without any project. */
export async function seedOnce(ownerUrl: string): Promise<void> {
  const seed = await readFile(demoSeedFile, 'utf8');
  await asOwner(ownerUrl, async (client) => {
    if (!(await hasProject(client))) await client.query(seed);
  });
}
