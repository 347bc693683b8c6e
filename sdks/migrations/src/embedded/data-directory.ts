import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, realpath, rename, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MigrationsError } from '../errors.ts';
import { canBeTraversed, nobody, openFolder, runsAsRoot } from './binaries.ts';

/** What a spawned PostgreSQL program gets to see and to be. */
export const spawnOptions: SpawnOptions = {
  cwd: '/',
  env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
  ...(runsAsRoot ? { uid: nobody, gid: nobody } : {}),
};
type SpawnOptions = { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number };

/** Makes a data directory on first use; whole or not at all, however the process ends. Answers its real path. */
export async function prepareDataDirectory(dataDir: string, cluster: NewCluster): Promise<string> {
  const home = await reachableHome(resolve(dataDir));
  const major = await readFile(join(home, 'PG_VERSION'), 'utf8').catch(() => null);
  if (major === null) await initialise(home, cluster);
  else if (major.trim() !== cluster.major) throw otherVersion(home, major.trim(), cluster.major);
  return home;
}
type NewCluster = { native: string; major: string; user: string; password: string };

// Root under a closed folder: the data live in the open folder, the wanted path is a link to them.
async function reachableHome(wanted: string): Promise<string> {
  await mkdir(dirname(wanted), { recursive: true });
  const existing = await realpath(wanted).catch(() => null);
  if (existing !== null) return existing;
  const parent = await realpath(dirname(wanted));
  if (!runsAsRoot || (await canBeTraversed(join(parent, 'data')))) return wanted;
  const elsewhere = join(openFolder, `data-${randomBytes(8).toString('hex')}`);
  await mkdir(openFolder, { recursive: true, mode: 0o755 });
  await rm(wanted, { force: true });
  await symlink(elsewhere, wanted);
  return elsewhere;
}

async function initialise(home: string, { native, user, password }: NewCluster): Promise<void> {
  const unfinished = `${home}.new`;
  const passwordFile = `${home}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runsAsRoot) await Promise.all([unfinished, passwordFile].map((path) => chown(path, nobody, nobody)));
  try {
    await promisify(execFile)(
      join(native, 'bin', 'initdb'),
      initdbArguments(unfinished, user, passwordFile),
      spawnOptions,
    );
    if ((await stat(home).catch(() => null)) !== null) await rmdir(home); // an empty one; never somebody's files
    await rename(unfinished, home);
  } catch (cause) {
    throw new MigrationsError('BURGEE_POSTGRES_004', `initdb could not make ${home}: ${(cause as Error).message}`, {
      fix: 'See that the folder is empty and writable, and the disk is not full',
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function initdbArguments(folder: string, user: string, passwordFile: string): string[] {
  return [
    `--pgdata=${folder}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
}

function otherVersion(home: string, found: string, wanted: string): MigrationsError {
  return new MigrationsError('BURGEE_POSTGRES_002', `${home} holds data of PostgreSQL ${found}, this is ${wanted}`, {
    fix: `Start the release that made them and dump them, or use another folder`,
  });
}
