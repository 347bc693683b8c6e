import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@burgee/test/support';
import { afterEach, expect, test } from 'vitest';
import { newApiKey } from '../access/api-key.ts';
import { apiEnvironment, insertKey, startTestApi, type TestApi } from '../main.support.ts';
import { type RunningApi, startApi } from '../main.ts';
import { pullSnapshots } from '../pull.ts';
import { readEvents } from '../ruleset/event-reader.support.ts';

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

const flags = [
  { key: 'plain', clientVisible: true },
  { key: 'share', clientVisible: true, rules: [{ id: 'r', rollout: 30 }], default: 'off' },
  { key: 'hidden', type: 'integer', variants: { a: 1, b: 2 }, default: 'b' },
] as const;

async function startUpstream(): Promise<TestApi> {
  const api = await startTestApi(flags);
  undo.push(() => api.stop());
  return api;
}

async function startRelay(url: string, key: string, more: Record<string, string> = {}): Promise<RunningApi> {
  const { DATABASE_URL: _, BURGEE_SIGNING_KEY: __, ...env } = await apiEnvironment('');
  const relay = await startApi({
    ...env,
    BURGEE_ROLE: 'relay',
    BURGEE_UPSTREAM_URL: url,
    BURGEE_RELAY_KEY: key,
    BURGEE_POLL_INTERVAL_MS: '200',
    ...more,
  });
  undo.push(() => relay.stop());
  return relay;
}

const ask = (url: string, path: string, key: string, body: unknown = {}) =>
  fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const plain = async (url: string, key: string) =>
  (await (await ask(url, '/ofrep/v1/evaluate/flags/plain', key)).json()) as { value?: boolean; reason?: string };
const readiness = async (url: string) => ((await (await fetch(`${url}/readyz`)).json()) as { status: string }).status;

test('answers as its upstream does, byte for byte, for many contexts and both kinds of key', async () => {
  const upstream = await startUpstream();
  const relay = await startRelay(upstream.url, upstream.keys.relay);
  for (let nr = 0; nr < 100; nr += 1) {
    for (const key of [upstream.keys.client, upstream.keys.server]) {
      const context = { targetingKey: `user-${nr}` };
      const [there, here] = await Promise.all(
        [upstream.url, relay.url].map((url) => ask(url, '/v1/decisions', key, { context })),
      );
      expect(await here?.text()).toBe(await there?.text());
      expect(here?.headers.get('etag')).toBe(there?.headers.get('etag'));
    }
  }
  expect(await readiness(relay.url)).toBe('ready');
});

test('pushes a change of its upstream to its own streams, and to a relay behind it', async () => {
  const upstream = await startUpstream();
  const near = await startRelay(upstream.url, upstream.keys.relay);
  const far = await startRelay(near.url, upstream.keys.relay);
  await eventually(async () => expect(await plain(far.url, upstream.keys.client)).toMatchObject({ value: true }));
  const readers = await Promise.all(
    [near, far].map(({ url }) =>
      readEvents(`${url}/v1/ruleset`, { headers: { authorization: `Bearer ${upstream.keys.server}` } }),
    ),
  );
  for (const reader of readers) await reader.next('ruleset');
  await upstream.database.sql('update burgee.flag_setting set enabled = false');
  for (const reader of readers) {
    expect((await reader.next('patch')).data).toMatchObject({ flags: { plain: { enabled: false } } });
    reader.close();
  }
  expect(await plain(far.url, upstream.keys.client)).toMatchObject({ value: false });
});

test('lets in a key made upstream, and ends the streams of one that is revoked there', async () => {
  const upstream = await startUpstream();
  const relay = await startRelay(upstream.url, upstream.keys.relay);
  const key = await insertKey(upstream.database, upstream.environmentId, 'client');
  await eventually(async () => expect((await ask(relay.url, '/v1/decisions', key)).status).toBe(200));
  const reader = await readEvents(`${relay.url}/v1/decisions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  });
  await reader.next('decisions');
  await upstream.database.sql(`update burgee.api_key set revoked_at = now() where key_prefix = $1`, [
    key.split('_').at(-1)?.slice(0, 8),
  ]);
  await eventually(() => expect(reader.isEnded()).toBe(true));
  expect((await ask(relay.url, '/v1/decisions', key)).status).toBe(401);
  expect((await ask(relay.url, '/v1/decisions', upstream.keys.client)).status).toBe(200);
});

test('serves on without its upstream, also after a restart from its disk, and says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-relay-'));
  const upstream = await startTestApi(flags);
  const relay = await startRelay(upstream.url, upstream.keys.relay, { BURGEE_SNAPSHOT_DIR: folder });
  // nobody asked it for anything yet
  await eventually(() => expect(readdirSync(folder).filter((name) => name.endsWith('.snapshot'))).toHaveLength(1));
  await upstream.stop();
  expect(await plain(relay.url, upstream.keys.client)).toMatchObject({ value: true, reason: 'STATIC' });
  await eventually(async () => expect(await readiness(relay.url)).toBe('stale'));
  await relay.stop();
  const again = await startRelay(upstream.url, upstream.keys.relay, { BURGEE_SNAPSHOT_DIR: folder });
  expect(await plain(again.url, upstream.keys.client)).toMatchObject({ value: true, reason: 'CACHED' });
  expect(await plain(again.url, upstream.keys.server)).toMatchObject({ value: true });
  expect((await ask(again.url, '/v1/decisions', upstream.keys.client.replace(/.$/, '_'))).status).toBe(401);
});

test('starts without its upstream from what was pulled before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-pulled-'));
  const upstream = await startTestApi(flags);
  const { PORT } = await apiEnvironment('');
  const settings = {
    PORT,
    BURGEE_ROLE: 'relay',
    BURGEE_UPSTREAM_URL: upstream.url,
    BURGEE_RELAY_KEY: upstream.keys.relay,
    BURGEE_LOG_LEVEL: 'silent',
  };
  await expect(pullSnapshots(settings)).rejects.toThrow('BURGEE_SNAPSHOT_DIR is missing');
  expect(await pullSnapshots({ ...settings, BURGEE_SNAPSHOT_DIR: folder })).toEqual(['test']);
  await upstream.stop();
  const relay = await startRelay(upstream.url, upstream.keys.relay, { BURGEE_SNAPSHOT_DIR: folder });
  expect(await plain(relay.url, upstream.keys.client)).toMatchObject({ value: true, reason: 'CACHED' });
});

test('a pull with a key that is revoked upstream ends at once and says so', async () => {
  const upstream = await startTestApi(flags);
  await upstream.database.sql(`update burgee.api_key set revoked_at = now() where kind = 'relay'`);
  await eventually(async () =>
    expect((await ask(upstream.url, '/v1/exposures', upstream.keys.relay)).status).toBe(401),
  );
  const settings = {
    PORT: (await apiEnvironment('')).PORT,
    BURGEE_ROLE: 'relay',
    BURGEE_UPSTREAM_URL: upstream.url,
    BURGEE_RELAY_KEY: upstream.keys.relay,
    BURGEE_LOG_LEVEL: 'silent',
    BURGEE_SNAPSHOT_DIR: mkdtempSync(join(tmpdir(), 'burgee-pulled-')),
  };
  await expect(pullSnapshots(settings)).rejects.toThrow(`at ${upstream.url} refuses the relay's key`);
  await upstream.stop();
});

test('without upstream and without a snapshot it lives, and is not ready', async () => {
  const upstream = await startTestApi(flags);
  await upstream.stop();
  const relay = await startRelay(upstream.url, upstream.keys.relay);
  expect((await fetch(`${relay.url}/livez`)).status).toBe(200);
  expect((await fetch(`${relay.url}/readyz`)).status).toBe(503);
  const answer = await ask(relay.url, '/ofrep/v1/evaluate/flags/plain', upstream.keys.client);
  expect([answer.status, await answer.json()]).toMatchObject([503, { errorCode: 'PROVIDER_NOT_READY' }]);
});

test('asks for everything after a patch for another version than its own, and serves what it has until then', async () => {
  const asked: (string | undefined)[] = [];
  const ruleset = (version: string, enabled: boolean) => ({
    format: 1,
    environment: 'e',
    version,
    ...flagsOf(enabled),
  });
  const wrong = createServer((request, response) => {
    const nr = asked.push(request.headers['last-event-id'] as string | undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const say = (event: string, data: object) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    say('keys', { keys: [{ id: 'k', kind: 'server', name: 'k', hash: hashOf(server.text), expiresAt: null }] });
    say('ruleset', ruleset(nr === 1 ? '1.a' : '4.d', nr === 1));
    // the way from 2 to 3 is no use to whom is at 1
    if (nr === 1) say('patch', { from: '2.b', version: '3.c', flags: {}, removedFlags: ['plain'] });
  });
  await new Promise<void>((resolve) => wrong.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    wrong.closeAllConnections();
    wrong.close();
  });
  const relay = await startRelay(
    `http://127.0.0.1:${(wrong.address() as AddressInfo).port}`,
    newApiKey('relay', 'e').text,
  );
  expect(await plain(relay.url, server.text)).toMatchObject({ value: true });
  await eventually(async () => expect(await plain(relay.url, server.text)).toMatchObject({ value: false }), {
    timeoutMs: 10_000,
  });
  expect(new Set(asked)).toEqual(new Set([undefined]));
});

const server = newApiKey('server', 'e');
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const flagsOf = (enabled: boolean) => ({
  flags: {
    plain: { key: 'plain', enabled, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: 'on' },
  },
  segments: {},
});

test('sends counts on, its own and those of others, and each once', async () => {
  const upstream = await startUpstream();
  const relay = await startRelay(upstream.url, upstream.keys.relay);
  const batch = {
    batchId: crypto.randomUUID(),
    application: 'shop',
    counts: [{ flag: 'plain', variant: 'on', count: 3, hour: new Date().toISOString() }],
    unknown: ['not-there'],
  };
  for (const key of [upstream.keys.client, upstream.keys.client]) {
    expect((await ask(relay.url, '/v1/exposures', key, batch)).status).toBe(202);
  }
  await ask(relay.url, '/ofrep/v1/evaluate/flags/plain', upstream.keys.server);
  const stored = () =>
    upstream.database.sql(
      'select application, count::int, through_client_key as client from burgee.flag_exposure order by 1',
    );
  await eventually(
    async () =>
      expect(await stored()).toEqual([
        { application: 'ofrep', count: 1, client: false },
        { application: 'shop', count: 3, client: true },
      ]),
    { timeoutMs: 15_000 },
  );
  expect(await upstream.database.sql('select flag_key, count::int from burgee.unknown_flag')).toEqual([
    { flag_key: 'not-there', count: 1 },
  ]);
});

test('tells its upstream when keys were used last', async () => {
  const upstream = await startUpstream();
  const relay = await startRelay(upstream.url, upstream.keys.relay);
  await plain(relay.url, upstream.keys.client);
  await eventually(
    async () => {
      const used = await upstream.database.sql(
        `select kind from burgee.api_key where last_used_at is not null and kind <> 'relay'`,
      );
      expect(used).toEqual([{ kind: 'client' }]);
    },
    { timeoutMs: 15_000 },
  );
});

test('believes only relays that a batch came through a client key', async () => {
  const upstream = await startUpstream();
  for (const kind of ['relay', 'server'] as const) {
    await ask(upstream.url, '/v1/exposures', upstream.keys[kind], {
      batchId: crypto.randomUUID(),
      application: kind,
      throughClientKey: true,
      counts: [{ flag: 'plain', count: 1, hour: new Date().toISOString() }],
    });
  }
  await eventually(async () =>
    expect(
      await upstream.database.sql(
        'select application, through_client_key as client from burgee.flag_exposure order by 1',
      ),
    ).toEqual([
      { application: 'relay', client: true },
      { application: 'server', client: false },
    ]),
  );
});
