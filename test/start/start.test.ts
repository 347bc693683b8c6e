import { rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { eventually } from '@burgee/test/support';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type BurgeeProcess,
  build,
  freePorts,
  newMark,
  openFolder,
  processesOf,
  type Running,
  readRunning,
  startBurgee,
  untilRunning,
} from './burgee-process.ts';

const folder = openFolder('burgee start ');
const dataDir = path.join(folder, 'data dir');
const mark = newMark();
const env = { ...mark, BURGEE_DATA_DIR: dataDir };
let port: number;
let burgee: BurgeeProcess;
let running: Running;

beforeAll(async () => {
  await build();
  port = await freePorts();
  await start();
}, 200_000);

afterAll(async () => {
  burgee.child.kill('SIGTERM');
  await burgee.ended;
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

test('tells programs what is where, and nobody else', async () => {
  expect(running).toEqual({
    api: `http://127.0.0.1:${port}`,
    admin: `http://127.0.0.1:${port}`,
    shop: `http://127.0.0.1:${port + 1}`,
    shopApi: `http://127.0.0.1:${port + 1}`,
    databaseUrl: expect.stringMatching(/^postgres:\/\/burgee_owner:.+@127\.0\.0\.1:\d+\/burgee$/),
    accessToken: expect.stringMatching(/^bgp_[0-9A-Za-z]{40}$/),
    keys: Object.fromEntries(['development', 'staging', 'production'].map((name) => [name, keysOf(name)])),
    pids: {
      supervisor: burgee.child.pid,
      api: expect.any(Number),
      shop: expect.any(Number),
      postgres: expect.any(Number),
    },
  });
  for (const file of ['running.json', 'credentials.json']) {
    expect(statSync(path.join(dataDir, file)).mode & 0o777, file).toBe(0o600);
  }
});

test('prints addresses and a link for the first administrator', () => {
  expect(burgee.output()).toContain(running.api);
  expect(burgee.output()).toContain(running.shop);
  expect(burgee.output()).toContain(path.join(dataDir, 'running.json'));
  expect(burgee.output()).toMatch(new RegExp(`${running.api}/#/setup\\?token=[\\w-]{43}`));
});

test('every address answers, and every secret opens its door', async () => {
  const ruleset = await fetch(`${running.api}/v1/ruleset`, bearer(running.keys.production!.server));
  expect(ruleset.status).toBe(200);
  expect((await ruleset.json()) as object).toMatchObject({ environment: 'production' });
  const me = await graphql('query { me { email roles { project role } } }');
  expect(me).toEqual({ data: { me: { email: 'operator@localhost', roles: [{ project: 'shop', role: 'admin' }] } } });
  expect(await (await fetch(running.admin)).text()).toContain('<title>');
  expect(await (await fetch(running.shop!)).text()).toContain('<title>');
});

test('a second start says that it runs already, and where', async () => {
  const second = startBurgee({ ...env, PORT: String(port + 10) });
  expect(await second.ended).toBe(0);
  expect(second.output()).toContain(`Burgee runs already: ${running.api} (process ${running.pids.supervisor};`);
  expect(readRunning(dataDir)).toEqual(running);
});

test('a taken port is one sentence', async () => {
  const stranger = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  const { port: taken } = stranger.address() as { port: number };
  const other = startBurgee({ PORT: String(taken), BURGEE_DATA_DIR: path.join(folder, 'other') });
  expect(await other.ended).toBe(1);
  expect(other.output().trim()).toBe(
    `Port ${taken} is taken by another program: stop that, or choose another port, such as PORT=${taken + 10} npm start.`,
  );
  stranger.close();
});

test.each(['api', 'shop', 'postgres'] as const)(
  'kill -9 of %s: it is started again, and running.json follows',
  async (name) => {
    const before = readRunning(dataDir).pids;
    process.kill(before[name], 'SIGKILL');
    await eventually(
      async () => {
        expect(readRunning(dataDir).pids[name]).not.toBe(before[name]);
        await everythingAnswers();
      },
      { timeoutMs: 20_000 },
    );
    expect({ ...readRunning(dataDir).pids, [name]: 0 }).toEqual({ ...before, [name]: 0 });
  },
  40_000,
);

test('kill -9 of the supervisor leaves no process, and the next start has the data', async () => {
  await sql(`update burgee.flag set description = 'kept' where key = 'new-checkout'`);
  burgee.child.kill('SIGKILL');
  await eventually(() => expect(processesOf(mark.START_TEST_MARK, dataDir)).toEqual([]), { timeoutMs: 15_000 });
  const { accessToken, keys } = running;
  await start();
  expect(running).toMatchObject({ accessToken, keys });
  expect(await sql(`select description from burgee.flag where key = 'new-checkout'`)).toEqual([
    { description: 'kept' },
  ]);
}, 60_000);

test('kill -9 of everything at once: the next start clears up', async () => {
  const { supervisor, api, shop, postgres } = readRunning(dataDir).pids;
  for (const pid of [supervisor, api, shop, postgres]) process.kill(pid, 'SIGKILL');
  await burgee.ended;
  await start();
  await everythingAnswers();
}, 60_000);

test('SIGTERM leaves no process and no running.json; the port may come from a file', async () => {
  burgee.child.kill('SIGTERM');
  expect(await burgee.ended).toBe(0);
  expect(processesOf(mark.START_TEST_MARK, dataDir)).toEqual([]);
  expect(() => readRunning(dataDir)).toThrow('there is no');
  port = await freePorts();
  const file = path.join(folder, 'port');
  writeFileSync(file, `${port}\n`);
  burgee = startBurgee({ ...env, PORT_FILE: file });
  running = await untilRunning(burgee, dataDir);
  expect(running.api).toBe(`http://127.0.0.1:${port}`);
}, 60_000);

test('once a member has a password, the start asks for it', async () => {
  await sql(`update burgee.member set password_hash = 'x' where email = 'ada@shop.example'`);
  burgee.child.kill('SIGINT');
  expect(await burgee.ended).toBe(0);
  await start();
  expect(burgee.output()).toContain(`Sign in at ${running.admin} with your e-mail address and password.`);
  expect(burgee.output()).not.toContain('setup?token=');
}, 60_000);

async function start(): Promise<void> {
  burgee = startBurgee({ ...env, PORT: String(port) });
  running = await untilRunning(burgee, dataDir);
}

async function everythingAnswers(): Promise<void> {
  const addresses = [`${running.api}/readyz`, `${running.shop}/config.json`];
  for (const address of addresses) expect((await fetch(address)).status, address).toBe(200);
  expect(await sql('select 1 as one')).toEqual([{ one: 1 }]);
  const body = (await graphql('query { me { email } }')) as object;
  expect(body).toEqual({ data: { me: { email: 'operator@localhost' } } });
}

async function graphql(query: string): Promise<unknown> {
  const { headers } = bearer(running.accessToken);
  const answer = await fetch(`${running.api}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}

async function sql(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: running.databaseUrl });
  client.on('error', () => undefined); // also rejects what is asked
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function bearer(token: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${token}` } };
}

function keysOf(environment: string): object {
  const keyOf = (kind: string) => expect.stringMatching(new RegExp(`^bgy_${kind}_${environment}_[0-9A-Za-z]{28}$`));
  return { client: keyOf('client'), server: keyOf('server') };
}
