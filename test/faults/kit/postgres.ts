import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RunningPostgres, startPostgres } from '@burgee/migrations/embedded';
import { freePort } from '@burgee/test/support';
import pg from 'pg';

/** A PostgreSQL of the kit's own, which may be killed, and comes back on the same port with the same data. */
export interface KillablePostgres {
  /** Superuser's address. */
  readonly url: string;
  readonly port: number;
  /** `kill -9` of the postmaster and all its children at once. */
  killHard(): Promise<void>;
  /** Fast shutdown. */
  stopFast(): Promise<void>;
  /** Immediate shutdown: all sessions are cut, recovery at the next start. */
  stopNow(): Promise<void>;
  /** Comes back; as a hot standby it serves reads and refuses writes. */
  start(options?: { standby?: boolean }): Promise<void>;
  /** One statement as superuser in the database named. */
  admin<T extends object>(text: string, database?: string): Promise<T[]>;
  /** The end: stops it and removes the data. */
  remove(): Promise<void>;
}

/** Committed means written to the system's cache: that is what `kill -9` of a process leaves. */
const settings = { fsync: 'off', max_connections: '200', log_min_messages: 'fatal' };

export async function killablePostgres(): Promise<KillablePostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'burgee-faults-'));
  chmodSync(folder, 0o711); // root's server runs as another user
  const dataDir = path.join(folder, 'data');
  const port = await freePort();
  const start = () => startPostgres({ dataDir, password: 'admin', port, settings });
  let server: RunningPostgres = await start();
  const signal = async (name: NodeJS.Signals) => {
    process.kill(server.pid, name);
    await server.ended;
  };
  return {
    url: server.url,
    port,
    killHard: async () => {
      for (const pid of [server.pid, ...childrenOf(server.pid)]) killQuietly(pid);
      await server.ended;
    },
    stopFast: () => signal('SIGINT'),
    stopNow: () => signal('SIGQUIT'),
    start: async ({ standby = false } = {}) => {
      if (standby) markStandby(realpathSync(dataDir));
      server = await start();
    },
    admin: (text, database = 'postgres') => once(server.url.replace(/\/postgres$/, `/${database}`), text),
    remove: async () => {
      await server.stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection for one statement. */
export async function once<T extends object>(url: string, text: string, values: readonly unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  client.on('error', () => undefined); // the server may be killed under it
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as T[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

function markStandby(home: string): void {
  const { uid, gid } = statSync(path.join(home, 'PG_VERSION'));
  const file = path.join(home, 'standby.signal');
  writeFileSync(file, '');
  chownSync(file, uid, gid);
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0; // it has just ended
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
