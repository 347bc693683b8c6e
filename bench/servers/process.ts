import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A server of its own process. */
export interface Running {
  readonly pids: readonly number[];
  /** From its start to the first right answer. */
  readonly coldMs: number;
  stop(): Promise<void>;
}

/** Starts a program of Node and waits until `isReady`. */
export async function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  isReady: () => Promise<boolean>,
): Promise<Running> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`);
    if (await isReady().catch(() => false)) break;
    if (performance.now() - began > 120_000) throw new Error(`${args.join(' ')} does not answer`);
    await pause(2);
  }
  return { pids: [child.pid ?? 0], coldMs: performance.now() - began, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), 10_000);
  if (child.exitCode === null && child.signalCode === null) await gone;
  clearTimeout(limit);
}

/** Whether a process's use of the processor can be read; elsewhere only requests per second are told. */
export const seesProcessors = process.platform === 'linux';

/** Seconds of processor that the processes and their children have used so far. */
export function cpuSeconds(pids: readonly number[]): number {
  return familyOf(pids).reduce((sum, pid) => sum + (statOf(pid)?.ticks ?? 0) / 100, 0);
}

/** Resident memory. */
export function rssMiB(pids: readonly number[]): number {
  if (!seesProcessors) return Number.NaN;
  return pids.reduce(
    (sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0) / 1024,
    0,
  );
}

function familyOf(pids: readonly number[]): number[] {
  if (!seesProcessors) return [];
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const family = new Set(pids);
  for (let grew = true; grew; ) {
    const more = all.filter((pid) => !family.has(pid) && family.has(statOf(pid)?.parent ?? -1));
    for (const pid of more) family.add(pid);
    grew = more.length > 0;
  }
  return [...family];
}

function statOf(pid: number): { parent: number; ticks: number } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return text === '' ? undefined : { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}
