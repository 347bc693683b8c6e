import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Does work while no other process of this machine holds the same lock file; a dead holder's lock counts for nothing. */
export async function underLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!take(file)) await pause(100);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!holderLives(file)) rmSync(file, { force: true });
    return false;
  }
}

function holderLives(file: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > longestWorkMs) return false; // after a restart the number may be someone else's
    const pid = Number(readFileSync(file, 'utf8'));
    return pid === 0 || process.kill(pid, 0); // 0: its holder is about to write its number
  } catch {
    return false;
  }
}

const longestWorkMs = 300_000;
