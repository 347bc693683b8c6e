import { linkSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readPrivateJson, writePrivateFile } from './private-file.ts';
import { identify, lives, type ProcessIdentity } from './process-identity.ts';

/** One supervisor for one data directory. */
export interface InstanceLock {
  /** Notes a process that must be gone before another supervisor may start. */
  note(pid: number): void;
  release(): void;
}

/**
 * Takes the lock of a data directory; first it ends what a killed supervisor left behind.
 *
 * @returns  the lock, or the process that holds it
 */
export async function takeInstanceLock(dataDir: string): Promise<InstanceLock | ProcessIdentity> {
  const file = path.join(dataDir, 'supervisor.json');
  for (;;) {
    if (create(file)) return lockOf(file);
    const holder = readPrivateJson<Holder>(file);
    if (holder !== undefined && lives(holder)) return holder;
    await Promise.all((holder?.children ?? []).map(end));
    rmSync(file, { force: true });
  }
}

type Holder = ProcessIdentity & { readonly children: readonly ProcessIdentity[] };

function lockOf(file: string): InstanceLock {
  let children: readonly ProcessIdentity[] = [];
  return {
    note(pid) {
      children = [...children.filter(lives), identify(pid)];
      writePrivateFile(file, JSON.stringify({ ...identify(process.pid), children } satisfies Holder));
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** A link appears with its whole content or fails: nobody reads half a lock. */
function create(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ ...identify(process.pid), children: [] } satisfies Holder), { mode: 0o600 });
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

async function end(orphan: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (lives(orphan)) process.kill(orphan.pid, signal);
    for (const giveUpAt = Date.now() + patienceMs; lives(orphan) && Date.now() < giveUpAt; ) await pause(25);
  }
}

const patienceMs = 5_000;
