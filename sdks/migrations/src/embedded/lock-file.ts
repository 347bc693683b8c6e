import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MigrationsError } from '../errors.ts';
import { commandLineHolds, isRunning, startedAt } from './process-state.ts';

/** Sees to it that nobody serves a data directory: clears what a killed server left, stops one whose parent was killed. */
export async function releaseDataDirectory(home: string): Promise<void> {
  const pid = Number.parseInt((await readFile(lockFile(home), 'utf8').catch(() => '')).split('\n')[0] ?? '', 10);
  if (Number.isNaN(pid)) return rm(lockFile(home), { force: true });
  if (isRunning(pid) && commandLineHolds(pid, home)) {
    await refuseWhenSupervised(home);
    await stopOrphan(pid);
  }
  await rm(lockFile(home), { force: true });
}

/** Whether this very server has opened its port: another one may answer on the same port while ours fails to start. */
export async function hasOpened(home: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(lockFile(home), 'utf8').catch(() => '')).split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}

/** Notes that this process looks after the server of a data directory. */
export async function recordSupervisor(home: string): Promise<void> {
  await writeFile(supervisorFile(home), JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid) }));
}

async function refuseWhenSupervised(home: string): Promise<void> {
  const text = await readFile(supervisorFile(home), 'utf8').catch(() => null);
  if (text === null) return;
  const supervisor = JSON.parse(text) as { pid: number; startedAt: string | null };
  if (!isRunning(supervisor.pid) || startedAt(supervisor.pid) !== supervisor.startedAt) return;
  throw new MigrationsError('BURGEE_POSTGRES_003', `process ${supervisor.pid} already serves ${home}`, {
    fix: 'Stop that process, or use another data directory',
  });
}

async function stopOrphan(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    process.kill(pid, signal);
    for (const giveUpAt = Date.now() + patienceMs; Date.now() < giveUpAt; await pause(20)) {
      if (!isRunning(pid)) return;
    }
  }
}

function lockFile(home: string): string {
  return join(home, 'postmaster.pid');
}

function supervisorFile(home: string): string {
  return join(home, 'burgee.supervisor');
}
