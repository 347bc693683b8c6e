import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import type { Source } from './source.ts';

/** A file of the application's own that outlives its process. */
export interface FileCache extends Source {
  /** Replaces the file whole, mode 0600; throws when the place is not fit. */
  save(data: string): Promise<void>;
}

/**
 * A cache file is believed only when it is a plain file (no link is followed), belongs to this process's user alone,
 * and was sealed with the same key for the same service: somebody else on the host cannot plant one.
 *
 * @param seal url and key of the service
 */
export function fileCache(path: string, event: string, seal: { url: string; key: string }): FileCache {
  return {
    kind: 'file',
    open(report) {
      try {
        const data = unseal(readOwnFile(path), seal);
        if (data === undefined)
          report({ kind: 'failed', failure: { cause: 'broken', detail: `${path}: wrong checksum` } });
        else report({ kind: 'message', event, data });
      } catch (error) {
        const cause = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'broken';
        report({ kind: 'failed', failure: { cause, detail: `${path}: ${String(error)}` } });
      }
      return () => {};
    },
    save: (data) => replaceFile(path, `${sign(data, seal)}\n${data}`),
  };
}

function readOwnFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const fault = unfit(fstatSync(file));
    if (fault) throw new Error(fault);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function unfit(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'not a plain file';
  if (process.getuid === undefined) return undefined;
  if (stats.uid !== process.getuid()) return 'belongs to another user';
  return (stats.mode & 0o077) === 0 ? undefined : 'can be read or written by others';
}

function unseal(text: string, seal: { url: string; key: string }): string | undefined {
  const end = text.indexOf('\n');
  const data = text.slice(end + 1);
  const said = Buffer.from(text.slice(0, end));
  const right = Buffer.from(sign(data, seal));
  return said.length === right.length && timingSafeEqual(said, right) ? data : undefined;
}

function sign(data: string, { url, key }: { url: string; key: string }): string {
  return createHmac('sha256', key).update(`burgee-cache-1\n${url}\n`).update(data).digest('hex');
}

/** Writes beside and renames over, so that a reader sees the old file or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const present = await lstat(path).catch(() => undefined);
  if (present && !present.isFile()) throw new Error(`${path} is not a plain file`);
  const beside = `${path}.${randomUUID()}`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(beside, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(beside, { force: true });
    throw error;
  }
}
