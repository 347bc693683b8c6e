import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@burgee/test/support';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** What `.burgee/running.json` holds. */
export interface Running {
  readonly api: string;
  readonly admin: string;
  readonly shop: string | null;
  readonly shopApi: string | null;
  readonly databaseUrl: string;
  readonly accessToken: string;
  readonly keys: Readonly<Record<string, { readonly client: string; readonly server: string }>>;
  readonly pids: Readonly<Record<'supervisor' | 'api' | 'shop' | 'postgres', number>>;
}

/** A supervisor under test, as `npm start` runs it. */
export interface BurgeeProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code (or the signal) once it has ended. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** A temporary folder that PostgreSQL's own user may pass, so that root keeps the data in it. */
export function openFolder(prefix: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), prefix));
  chmodSync(folder, 0o711);
  return folder;
}

/** Builds what is not built; quick when everything is. */
export async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [path.join(root, 'tools/build.ts')], { cwd: root });
}

/** Starts the supervisor (or another command) with a data directory of its own. */
export function startBurgee(
  env: Readonly<Record<string, string>>,
  command: readonly string[] = [process.execPath, path.join(root, 'services/standalone/dist/start.js')],
): BurgeeProcess {
  const { NODE_ENV: _, VITEST: __, ...inherited } = process.env;
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: root, env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  return { child, output: () => output, ended };
}

/** Waits until everything answers; fails at once when the start has failed. */
export async function untilRunning({ child, output }: BurgeeProcess, dataDir: string): Promise<Running> {
  return eventually(
    () => {
      if (child.exitCode !== null) return Promise.reject(new Error(`it ended with ${child.exitCode}: ${output()}`));
      const running = readRunning(dataDir);
      process.kill(running.pids.supervisor, 0); // a killed supervisor leaves its file to the next one
      return running;
    },
    { timeoutMs: 100_000, intervalMs: 50 },
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${output()}`);
  });
}

export function readRunning(dataDir: string): Running {
  const file = path.join(dataDir, 'running.json');
  if (!existsSync(file)) throw new Error(`there is no ${file}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Running;
}

/** A word in the environment of a supervisor, by which its whole tree is found. */
export function newMark(): { START_TEST_MARK: string } {
  return { START_TEST_MARK: randomUUID() };
}

/** Command lines of all living processes that carry a mark, or serve a data directory. */
export function processesOf(mark: string, dataDir: string): string[] {
  const data = realpathSync(path.join(dataDir, 'postgres')); // root may keep it elsewhere
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ line: read(`/proc/${pid}/cmdline`), environment: read(`/proc/${pid}/environ`) }))
    .filter(({ line, environment }) => environment.includes(mark) || line.includes(data))
    .map(({ line }) => line.replaceAll('\0', ' '));
}

/** Two ports in a row that nobody uses: the api's and the shop's. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const first = await listenAndClose(0);
    if (first !== undefined && (await listenAndClose(first + 1)) !== undefined) return first;
  }
}

function listenAndClose(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as { port: number };
      server.close(() => resolve(taken));
    });
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
