import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newApiKey } from '@burgee/api';
import { eventually, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Balancer, startBalancer } from './balancer.ts';
import { build, type ServerProcess, startServer } from './process.ts';

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
const key = newApiKey('server', 'test');
let database: ThrowawayDatabase;
let balancer: Balancer;
let replicas: ServerProcess[] = [];

beforeAll(async () => {
  database = await throwawayDatabase();
  balancer = await startBalancer();
  await Promise.all([build(), addFlags()]);
  replicas = await Promise.all([1, 2, 3].map(startReplica));
  balancer.use(replicas.map(({ url }) => url));
}, 300_000);
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.kill()));
  balancer.close();
  await database.drop();
});

/** From an empty disk. */
const startReplica = () =>
  startServer('api', {
    DATABASE_URL: database.apiUrl,
    BURGEE_SIGNING_KEY: signingKey,
    BURGEE_SNAPSHOT_DIR: mkdtempSync(path.join(tmpdir(), 'burgee-replica-')),
  });

async function addFlags(): Promise<void> {
  await database.run(`
    insert into burgee.project (key, name) values ('test', 'Test');
    insert into burgee.environment (project_id, key, name) select id, 'test', 'Test' from burgee.project;
    insert into burgee.flag (project_id, key, client_visible) select id, 'flag-' || n, true from burgee.project, generate_series(1, 20) as n;
    update burgee.flag_setting set enabled = true, rules = '[{"id": "share", "rollout": 40}]', default_serve = '"off"'`);
  await database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
     select id, 'server', 'test', $1, $2 from burgee.environment`,
    [key.hash, key.prefix],
  );
}

const set = (flagKey: string, assignment: string) =>
  database.sql(
    `update burgee.flag_setting set ${assignment} from burgee.flag where flag.id = flag_id and flag.key = $1`,
    [flagKey],
  );

/** What one context is told, by the two doors and as a whole ruleset, with the tags of the answers. */
async function answers(url: string, user: string): Promise<string> {
  const headers = { authorization: `Bearer ${key.text}`, 'content-type': 'application/json', connection: 'close' };
  const asked = { method: 'POST', headers, body: JSON.stringify({ context: { targetingKey: user } }) };
  const all = await Promise.all([
    fetch(`${url}/v1/decisions`, asked),
    fetch(`${url}/ofrep/v1/evaluate/flags`, asked),
    fetch(`${url}/ofrep/v1/evaluate/flags/flag-1`, asked),
    fetch(`${url}/v1/ruleset`, { headers }),
  ]);
  const told = all.map(async (answer) => [answer.status, answer.headers.get('etag'), await answer.text()]);
  // the address of a client's event stream is another one every ten minutes
  return JSON.stringify(await Promise.all(told)).replace(/[.][0-9a-z]+(?=\\"",)|token=[^"\\]+/g, '');
}

/** All replicas have the version that the database has. */
async function untilAllAreAtIt(): Promise<void> {
  const [row] = await database.sql<{ version: string }>(
    'select burgee.version_text(environment) as version from burgee.environment',
  );
  await eventually(
    async () => {
      for (const { url } of replicas) {
        const response = await fetch(`${url}/v1/ruleset`, { headers: { authorization: `Bearer ${key.text}` } });
        expect(response.headers.get('etag')).toBe(`"${row?.version}"`);
        await response.body?.cancel();
      }
    },
    { timeoutMs: 10_000 },
  );
}

/** Whoever answers, the answers are the same. */
async function expectOneVoice(): Promise<void> {
  for (let nr = 0; nr < 10; nr += 1) {
    const told = new Set<string>();
    for (let asked = 0; asked < replicas.length * 2; asked += 1) told.add(await answers(balancer.url, `user-${nr}`));
    expect([...told]).toHaveLength(1);
    expect([...told][0]).toContain('[200,');
  }
}

test('three replicas give one answer, whichever is asked, also after a write', async () => {
  await untilAllAreAtIt();
  await expectOneVoice();
  await set('flag-1', 'enabled = false');
  await untilAllAreAtIt();
  await expectOneVoice();
  expect(await answers(balancer.url, 'anybody')).toContain('\\"reason\\":\\"STATIC\\"');
});

test('a replica is killed: the others answer, and one from an empty disk agrees with them', async () => {
  const [victim, ...others] = replicas;
  await victim?.kill();
  await set('flag-2', `rules = null, default_serve = '"on"'`);
  expect(await answers(balancer.url, 'anybody')).toContain('[200,');
  replicas = [...others, await startReplica()];
  balancer.use(replicas.map(({ url }) => url));
  await untilAllAreAtIt();
  await expectOneVoice();
});

test('a flag that does not compile is served in the same former form by all, also by one that came later', async () => {
  await set('flag-3', `rules = null, default_serve = '"on"'`);
  await set(
    'flag-3',
    `rules = '[{"id":"r","if":[{"attr":"email","op":"matches","values":["(unclosed"]}],"serve":"off"}]'`,
  );
  await untilAllAreAtIt();
  replicas.push(await startReplica());
  balancer.use(replicas.map(({ url }) => url));
  await untilAllAreAtIt();
  await expectOneVoice();
  const told = await answers(balancer.url, 'anybody');
  expect(told).toContain('\\"flag-3\\":{\\"value\\":true');
});

test('a stopped process goes on as if it had not been: what it missed is there at once', async () => {
  const [sleeper] = replicas as [ServerProcess];
  sleeper.signal('SIGSTOP');
  try {
    await set('flag-4', `rules = null, default_serve = '"on"'`);
    await database.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'burgee-listen' and datname = current_database()`,
    );
  } finally {
    sleeper.signal('SIGCONT');
  }
  await untilAllAreAtIt();
  await expectOneVoice();
});
