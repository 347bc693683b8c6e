import { readFileSync } from 'node:fs';

/** Whether a process with this id does work: a zombie, which only waits to be reaped, does not. */
export function isRunning(pid: number): boolean {
  if (!answersSignals(pid)) return false;
  return statusFields(pid)?.[0] !== 'Z';
}

/** Start of a process in clock ticks since boot, so that a reused id is not mistaken; null where the system does not tell. */
export function startedAt(pid: number): string | null {
  return statusFields(pid)?.[19] ?? null;
}

/** Whether the command line of a process holds a text; true where the system does not tell. */
export function commandLineHolds(pid: number, text: string): boolean {
  if (process.platform !== 'linux') return true;
  return readOrNull(`/proc/${pid}/cmdline`)?.includes(text) ?? false;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// Fields after the command's name, which stands in parentheses and may itself hold spaces: state first, start time twentieth.
function statusFields(pid: number): string[] | null {
  const status = readOrNull(`/proc/${pid}/stat`);
  return status === null ? null : status.slice(status.lastIndexOf(')') + 2).split(' ');
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
