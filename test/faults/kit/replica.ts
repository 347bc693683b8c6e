import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@burgee/test/support';

/** The tree whose built `dist` is tested. */
export const tree: string = process.env.BURGEE_FAULTS_TREE ?? fileURLToPath(new URL('../../..', import.meta.url));
const applyFile = fileURLToPath(new URL('../mutants/apply.mjs', import.meta.url));

/** A `burgee-server api` as a process of its own. */
export interface Replica {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  readonly output: () => string;
  /** What it said first: a mutant says there that it is in place. */
  readonly firstWords: () => string;
  /** Exit code or signal; pending while it lives. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  readonly isAlive: () => boolean;
  signal(name: NodeJS.Signals): void;
  /** Waits for `/livez`. */
  untilAlive(): Promise<void>;
  /** Bytes that it holds now. */
  residentBytes(): number;
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly host: string;
  readonly port: number;
  /** A build broken on purpose: its name in `mutants/patches.mjs`. */
  readonly mutant?: string | undefined;
  /** Goes before the command, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
}

export function startReplica({ env, host, port, mutant, within = [] }: ReplicaOptions): Replica {
  const server = path.join(tree, 'services/standalone/dist/server.js');
  const broken = mutant === undefined ? [] : ['--import', applyFile];
  const command = [...within, process.execPath, ...broken, server, 'api'];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: tree,
    env: { ...bare(), ...env, PORT: String(port), ...(mutant !== undefined && { BURGEE_TEST_MUTANT: mutant }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // it stops by itself when this process is gone
  });
  let output = '';
  let firstWords = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-200_000);
      if (firstWords.length < 10_000) firstWords += text;
    });
  const dismiss = () => child.kill('SIGKILL');
  process.once('exit', dismiss);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', dismiss);
      resolve(code ?? signal);
    });
  });
  const url = `http://${host}:${port}`;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    host,
    port,
    url,
    pid: child.pid ?? 0,
    output: () => output,
    firstWords: () => firstWords,
    ended,
    isAlive,
    signal: (name) => void child.kill(name),
    untilAlive: () => eventually(() => answers(url, isAlive, () => output), { timeoutMs: 30_000, intervalMs: 25 }),
    residentBytes: () => residentBytes(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function answers(url: string, isAlive: () => boolean, output: () => string): Promise<void> {
  if (!isAlive()) throw new Error(`the replica ended: ${output().slice(-2000)}`);
  const response = await fetch(`${url}/livez`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(1000) });
  if (!response.ok) throw new Error(`/livez answers ${response.status}`);
}

/** What a test runner says to its children is not for the product. */
function bare(): NodeJS.ProcessEnv {
  const known = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => known.includes(name)));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended
  }
}
