import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Processes whose memory or time is limited together, by the kernel. */
export interface Group {
  /** Goes before a command to run it inside. */
  readonly within: readonly string[];
  /** Limits the memory of all of them, in bytes. */
  limitMemory(bytes: number): void;
  /** Limits their time, as a share of one core; 0: no limit. */
  limitTime(share: number): void;
  /** The most memory that they ever held, in bytes; 0: not told. */
  peakBytes(): number;
  remove(): Promise<void>;
}

type Controller = 'memory' | 'cpu';

/** @returns undefined: no control group may be made here, and one loud line says so */
export function makeGroup(controller: Controller): Group | undefined {
  const isUnified = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const folder = path.join('/sys/fs/cgroup', isUnified ? '' : controller, `bgf-${process.pid}-${made}`);
  made += 1;
  try {
    if (isUnified) writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', `+${controller}`);
    mkdirSync(folder);
    writeFileSync(path.join(folder, nameOf(isUnified)[controller]), controller === 'cpu' && isUnified ? 'max' : '-1');
  } catch (error) {
    remove(folder);
    process.stderr.write(
      `\nNo control group can be made here (${(error as Error).message}): another way is taken.\n\n`,
    );
    return undefined;
  }
  const dismiss = () => remove(folder);
  process.once('exit', dismiss);
  const put = (file: string, text: string | number) => writeFileSync(path.join(folder, file), String(text));
  return {
    within: ['sh', '-c', `echo $$ > ${folder}/cgroup.procs && exec "$@"`, 'sh'],
    limitMemory: (bytes) => put(nameOf(isUnified).memory, bytes),
    limitTime: (share) => {
      const quota = Math.round(share * periodUs);
      if (isUnified) put('cpu.max', quota === 0 ? 'max' : `${quota} ${periodUs}`);
      else put('cpu.cfs_quota_us', quota === 0 ? -1 : quota);
    },
    peakBytes: () => {
      const file = path.join(folder, isUnified ? 'memory.peak' : 'memory.max_usage_in_bytes');
      return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    },
    remove: async () => {
      process.off('exit', dismiss);
      // whoever was killed in it leaves it a moment later
      for (let attempt = 0; attempt < 20 && !remove(folder); attempt += 1) await pause(50);
    },
  };
}

const periodUs = 100_000;
let made = 0;

function nameOf(isUnified: boolean): Readonly<Record<Controller, string>> {
  return isUnified
    ? { memory: 'memory.max', cpu: 'cpu.max' }
    : { memory: 'memory.limit_in_bytes', cpu: 'cpu.cfs_quota_us' };
}

function remove(folder: string): boolean {
  try {
    if (existsSync(folder)) rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
