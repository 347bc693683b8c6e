import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureLogins } from '@burgee/migrations';
import { type RunningPostgres, startPostgres } from '@burgee/migrations/embedded';
import { eventually } from '@burgee/test/support';
import pg from 'pg';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';

let folder: string;
let dataDir: string;
let server: RunningPostgres | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
});
afterEach(async () => {
  await server?.stop();
  server = null;
  await rm(folder, { recursive: true, force: true });
});

const start = async (options: { password?: string; port?: number } = {}) => {
  server = await startPostgres({ dataDir, password: 'secret', settings: { fsync: 'off' }, ...options });
  return server;
};
const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

/** Another process that starts the server and lives until it is killed. */
async function startElsewhere(): Promise<{ supervisor: number; postmaster: number; kill: () => void }> {
  const program = `
    const { startPostgres } = await import('@burgee/migrations/embedded');
    const { pid } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, password: 'secret', settings: { fsync: 'off' } });
    console.log(pid);
  `;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const flags = ['--conditions=@burgee/source', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, flags, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const postmaster = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  return { supervisor: child.pid ?? 0, postmaster, kill: () => child.kill('SIGKILL') };
}

test('data stay between starts', async () => {
  const first = await start();
  await query(first.url, `create table kept as select 'here' as word`);
  await first.stop();
  const second = await start();
  expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'here' }]);
});

test('only the loopback address is open, and only with the password', async () => {
  const { url, port } = await start();
  expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(await query(url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
  await expect(query(`postgres://burgee:guess@127.0.0.1:${port}/postgres`, 'select 1')).rejects.toMatchObject({
    code: '28P01',
  });
});

test('the server ends when the process that started it is killed', async () => {
  const { postmaster, kill } = await startElsewhere();
  expect(isRunning(postmaster)).toBe(true);
  kill();
  await eventually(() => expect(isRunning(postmaster)).toBe(false), { timeoutMs: 10_000 });
  await start();
});

test('a server whose process and watchdog were killed is stopped and started again', async () => {
  const { supervisor, postmaster, kill } = await startElsewhere();
  const watchdog = await watchdogOf(supervisor);
  process.kill(watchdog, 'SIGKILL');
  kill();
  await eventually(() => expect(isRunning(supervisor)).toBe(false));
  expect(isRunning(postmaster)).toBe(true);
  const { pid } = await start();
  expect(isRunning(postmaster)).toBe(false);
  expect(pid).not.toBe(postmaster);
});

test('what a killed server leaves does not stop the next start', async () => {
  const { pid, ended } = await start();
  process.kill(pid, 'SIGKILL');
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).toContain(String(pid));
  await start();
});

test('a data directory that somebody serves is refused', async () => {
  const { kill } = await startElsewhere();
  await expect(startPostgres({ dataDir, password: 'secret' })).rejects.toMatchObject({ code: 'BURGEE_POSTGRES_003' });
  kill();
  await eventually(() => start(), { timeoutMs: 10_000, intervalMs: 200 });
});

test('another password than the first is told', async () => {
  await (await start()).stop();
  await expect(start({ password: 'forgotten' })).rejects.toMatchObject({ code: 'BURGEE_POSTGRES_007' });
});

test('a taken port is told in the server’s own words', async () => {
  const { port } = await start();
  const other = startPostgres({ dataDir: join(folder, 'other'), password: 'secret', port });
  await expect(other).rejects.toMatchObject({
    code: 'BURGEE_POSTGRES_005',
    message: expect.stringContaining('Address already in use'),
  });
});

test('a folder with other files is left alone', async () => {
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'thesis.txt'), 'years of work');
  await expect(start()).rejects.toMatchObject({ code: 'BURGEE_POSTGRES_004' });
  expect(await readFile(join(dataDir, 'thesis.txt'), 'utf8')).toBe('years of work');
});

test('a folder that the server’s user cannot reach is no obstacle', async () => {
  await chmod(folder, 0o700);
  const { url, stop } = await start();
  onTestFinished(async () => rm(await realpath(dataDir).catch(() => dataDir), { recursive: true, force: true }));
  await query(url, `create table kept as select 'here' as word`);
  await stop();
  expect(await query((await start()).url, 'select word from kept')).toEqual([{ word: 'here' }]);
});

test('logins are made once, and keep up with their passwords', async () => {
  const { url } = await start();
  const passwords = { owner: 'o', api: 'a', hasura: 'h' };
  await ensureLogins(url, passwords);
  const urls = await ensureLogins(url, { ...passwords, owner: `o'"\\ 2` });
  expect(
    await query(
      urls.ownerUrl,
      'select current_user, pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()',
    ),
  ).toEqual([{ current_user: 'burgee_owner', owner: 'burgee_owner' }]);
  expect(await query(urls.apiUrl, 'show idle_in_transaction_session_timeout')).toEqual([
    { idle_in_transaction_session_timeout: '30s' },
  ]);
  await query(urls.ownerUrl, 'set role burgee_hasura');
});

async function watchdogOf(supervisor: number): Promise<number> {
  const children = await readFile(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8');
  for (const pid of children.trim().split(' ').map(Number)) {
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('disconnect')) return pid;
  }
  throw new Error('there is no watchdog');
}

/** Whether a process does work: a zombie only waits to be reaped. */
function isRunning(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status[status.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}
