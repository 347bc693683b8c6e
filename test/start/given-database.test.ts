import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type RunningPostgres, startPostgres } from '@burgee/migrations/embedded';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, freePorts, openFolder, startBurgee, untilRunning } from './burgee-process.ts';

// a server of its own: the logins belong to the server, and other tests use theirs
const folder = openFolder('burgee-given-');
const dataDir = path.join(folder, 'data');
let server: RunningPostgres;

beforeAll(async () => {
  await build();
  server = await startPostgres({ dataDir: path.join(folder, 'server'), password: 'admin', settings: { fsync: 'off' } });
  await sql(server.url, 'create database flags');
  await sql(server.url, `create role poor login password 'poor'`);
}, 200_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a given server is used, gets Burgee’s logins and no demo', async () => {
  const file = path.join(folder, 'database-url');
  writeFileSync(file, `${addressOf('burgee', 'admin')}\n`);
  const burgee = startBurgee({ DATABASE_URL_FILE: file, BURGEE_DATA_DIR: dataDir, PORT: String(await freePorts()) });
  const running = await untilRunning(burgee, dataDir);
  expect(new URL(running.databaseUrl)).toMatchObject({
    username: 'burgee_owner',
    port: String(server.port),
    pathname: '/flags',
  });
  expect(await sql(running.databaseUrl, 'select key from burgee.project')).toEqual([]);
  expect(running).toMatchObject({ shop: null, keys: {} });
  expect(running.pids).not.toHaveProperty('postgres');
  expect((await fetch(`${running.api}/readyz`)).status).toBe(200);

  const other = startBurgee({
    DATABASE_URL: addressOf('burgee', 'admin'),
    BURGEE_DATA_DIR: path.join(folder, 'other'),
    PORT: String(await freePorts()),
  });
  expect(await other.ended).toBe(1);
  expect(other.output()).toContain('Another Burgee uses this database server with passwords of its own');

  burgee.child.kill('SIGTERM');
  expect(await burgee.ended).toBe(0);
}, 120_000);

test.each([
  [
    'a login without the right to create roles',
    'poor',
    'poor',
    'The login "poor" of DATABASE_URL may not create roles',
  ],
  ['a wrong password', 'poor', 'wrong', 'does not let us in: password authentication failed for user "poor"'],
])(
  '%s is one sentence',
  async (_what, login, password, sentence) => {
    const burgee = startBurgee({
      DATABASE_URL: addressOf(login, password),
      BURGEE_DATA_DIR: path.join(folder, login + password),
      PORT: String(await freePorts()),
    });
    expect(await burgee.ended).toBe(1);
    expect(burgee.output()).toContain(sentence);
    expect(burgee.output()).not.toContain('    at ');
  },
  30_000,
);

test('a wrong setting ends with 78 and says which', async () => {
  const burgee = startBurgee({ PORT: '99999', BURGEE_DATA_DIR: path.join(folder, 'none') });
  expect(await burgee.ended).toBe(78);
  expect(burgee.output().trim()).toBe('PORT must be a whole number from 1 to 65535, not "99999".');
});

function addressOf(login: string, password: string): string {
  return `postgres://${login}:${password}@127.0.0.1:${server.port}/flags`;
}

async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
