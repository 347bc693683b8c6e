import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { StartError } from './errors.ts';
import { asOwner, ensureKeys } from './installation.sql.ts';
import { seedOnce } from './installation.ts';
import { readPrivateText, writePrivateFile } from './private-file.ts';
import { type Environment, setting } from './settings.ts';

/** Loads the demo into an empty database, and keeps a client and a server key for each of its environments as files. */
export async function loadDemo(env: Environment): Promise<void> {
  const ownerUrl = setting(env, 'DATABASE_URL');
  if (ownerUrl === undefined)
    throw new StartError('DATABASE_URL is missing: give the address of burgee_owner.', { exitCode: 78 });
  const folder = setting(env, 'BURGEE_DATA_DIR') ?? '.burgee';
  mkdirSync(folder, { recursive: true });
  const fileOf = (environment: string, kind: string) => path.join(folder, `${environment}_${kind}_key`);
  const known = (environment: string, kind: 'client' | 'server') => readPrivateText(fileOf(environment, kind));
  await seedOnce(ownerUrl);
  const forms = await import('@burgee/api');
  const keys = await asOwner(ownerUrl, (client) => ensureKeys(client, known, forms));
  for (const [environment, pair] of Object.entries(keys)) {
    for (const kind of ['client', 'server'] as const) writePrivateFile(fileOf(environment, kind), pair[kind]);
  }
  console.log(`The demo is loaded; its keys are in ${folder}.`);
}
