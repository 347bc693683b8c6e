import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { findBinaries } from './embedded/binaries.ts';
import { prepareDataDirectory, spawnOptions } from './embedded/data-directory.ts';
import { hasOpened, recordSupervisor, releaseDataDirectory } from './embedded/lock-file.ts';
import { guard } from './embedded/watchdog.ts';
import { MigrationsError } from './errors.ts';

export { isRunning, startedAt } from './embedded/process-state.ts';

export interface StartPostgresOptions {
  /** Where the data live; made on first use. */
  readonly dataDir: string;
  /** Password of the superuser `burgee`, over scram. */
  readonly password: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Server settings such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Receives what the server prints. */
  readonly log?: (text: string) => void;
}

export interface RunningPostgres {
  /** Superuser's address of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Settles when the server has ended, asked for or not. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Fast shutdown; settles when the server is gone. */
  stop(): Promise<void>;
}

/** Starts the PostgreSQL that comes as a package, on the loopback address only; it ends with this process, however that ends. */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const native = await findBinaries();
  const home = await prepareDataDirectory(options.dataDir, { native, major, user, password: options.password });
  await releaseDataDirectory(home);
  await recordSupervisor(home);
  const port = options.port ?? (await freePort());
  const child = spawn(join(native, 'bin', 'postgres'), serverArguments(home, port, options.settings), {
    ...spawnOptions,
    detached: true, // Ctrl-C is for the supervisor, who stops the server last
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lastWords = listen(child, options.log);
  const ended = whenEnded(child);
  const dismissWatchdog = guard(child.pid ?? 0);
  void ended.then(dismissWatchdog);
  const url = `postgres://${user}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`;
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
  };
  const isReady = async (): Promise<boolean> => (await hasOpened(home, child.pid)) && (await answers(url));
  await whenReady(isReady, ended, lastWords).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, port, pid: child.pid ?? 0, ended, stop };
}

const major = '18';
const user = 'burgee';
const readyWithinMs = 60_000; // recovery after a crash may take its time

function serverArguments(home: string, port: number, settings: Readonly<Record<string, string>> = {}): string[] {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port), ...settings };
  return ['-D', home, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function whenEnded(child: ChildProcess): RunningPostgres['ended'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

async function whenReady(
  isReady: () => Promise<boolean>,
  ended: RunningPostgres['ended'],
  lastWords: () => string,
): Promise<void> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  for (const giveUpAt = Date.now() + readyWithinMs; Date.now() < giveUpAt; await pause(25)) {
    if (gone) {
      throw new MigrationsError('BURGEE_POSTGRES_005', `PostgreSQL stopped while starting: ${lastWords()}`, {
        fix: 'The text above is the server’s own; often the port is taken or the disk is full',
      });
    }
    if (await isReady()) return;
  }
  throw new MigrationsError('BURGEE_POSTGRES_006', `PostgreSQL did not answer within ${readyWithinMs / 1000} s`, {
    fix: `Its last words: ${lastWords()}`,
  });
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined); // the failed connect below already tells
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (cause) {
    if ((cause as { code?: string }).code !== wrongPassword) return false;
    throw new MigrationsError('BURGEE_POSTGRES_007', 'the data directory was made with another password', {
      fix: 'Bring back the credentials file that was made with it, or use another data directory',
      cause,
    });
  }
}

const wrongPassword = '28P01';

function listen(child: ChildProcess, log: StartPostgresOptions['log']): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-2_000);
      log?.(text);
    });
  }
  return () => tail.trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
