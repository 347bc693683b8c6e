import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureLogins, type LoginPasswords, up } from '@burgee/migrations';
import { startPostgres } from '@burgee/migrations/embedded';
import type { TestProject } from 'vitest/node';
import { migrationsDirectory } from './paths.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: TestPostgres;
  }
}

export interface TestPostgres {
  /** Superuser's address. */
  readonly url: string;
  readonly passwords: LoginPasswords;
  /** Database with all migrations applied, to be copied. */
  readonly template: string;
  /** Why there is no template; tests without a database run all the same. */
  readonly failure: string | null;
}

/**
 * One PostgreSQL for the whole run, and a template database with all migrations applied.
 *
 * BURGEE_TEST_DATABASE_URL (a superuser's) takes another server instead, such as an older version.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.BURGEE_TEST_DATABASE_URL;
  const server = given === undefined ? await startEmbedded() : { url: given, stop: async () => undefined };
  const passwords: LoginPasswords = { owner: 'owner', api: 'api', hasura: 'hasura' };
  const template = `burgee_template_${randomBytes(4).toString('hex')}`;
  const failure = await makeTemplate(server.url, passwords, template);
  project.provide('postgres', { url: server.url, passwords, template, failure });
  return server.stop;
}

async function startEmbedded(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'burgee-test-'));
  await chmod(folder, 0o711); // root's server runs as another user, and would keep its data where nobody clears up
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };
  const { url, stop } = await startPostgres({ dataDir: join(folder, 'data'), password: 'admin', settings });
  return {
    url,
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(url: string, passwords: LoginPasswords, template: string): Promise<string | null> {
  const { ownerUrl } = await ensureLogins(url, passwords, template);
  try {
    await up({ databaseUrl: ownerUrl, directory: migrationsDirectory });
    return null;
  } catch (error) {
    return `the template database could not be migrated: ${(error as Error).message}`;
  }
}
