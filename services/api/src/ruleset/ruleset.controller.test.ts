import type { Ruleset } from '@burgee/evaluator';
import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertKey, startTestApi, type TestApi } from '../main.support.ts';
import { readEvents } from './event-reader.support.ts';
import type { Patch } from './patch.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi([{ key: 'a' }, { key: 'b', rules: [{ id: 'r', rollout: 10 }], default: 'off' }]);
});
afterAll(() => api.stop());

const get = (headers: Record<string, string> = {}, key = api.keys.server) =>
  fetch(`${api.url}/v1/ruleset`, { headers: { authorization: `Bearer ${key}`, ...headers } });
const stream = (headers: Record<string, string> = {}, key = api.keys.server) =>
  readEvents(`${api.url}/v1/ruleset`, { headers: { authorization: `Bearer ${key}`, ...headers } });
const switchFlag = (key: string, enabled: boolean) =>
  api.database.sql('update burgee.flag_setting set enabled = $2 from burgee.flag where id = flag_id and key = $1', [
    key,
    enabled,
  ]);

test('gives the whole ruleset to server and relay keys, and nothing to client keys', async () => {
  const response = await get();
  const ruleset = (await response.json()) as Ruleset;
  expect(ruleset).toMatchObject({ format: 1, environment: 'test' });
  expect(Object.keys(ruleset.flags).sort()).toEqual(['a', 'b']);
  expect(response.headers.get('etag')).toBe(`"${ruleset.version}"`);
  expect((await get({}, api.keys.relay)).status).toBe(200);
  const refused = await get({}, api.keys.client);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'FORBIDDEN', fix: expect.any(String) });
});

test('answers 304 for the version the asker has', async () => {
  const etag = (await get()).headers.get('etag') ?? '';
  const again = await get({ 'if-none-match': etag });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect((await get({ 'if-none-match': `W/${etag}, "x"` })).status).toBe(304);
});

test.each(['gzip', 'br'])('sends it as %s to those who take that', async (encoding) => {
  const response = await get({ 'accept-encoding': encoding });
  expect(response.headers.get('content-encoding')).toBe(encoding);
  expect(await response.json()).toMatchObject({ format: 1 });
  expect(response.headers.get('vary')).toContain('accept-encoding');
});

test('streams the whole once, then what changed', async () => {
  const reader = await stream();
  try {
    expect(reader.headers.get('content-type')).toContain('text/event-stream');
    const whole = await reader.next('ruleset');
    expect(reader.text()).toMatch(/^retry: \d+\n\n/);
    const { version } = whole.data as Ruleset;
    expect(whole.id).toBe(version);
    await switchFlag('a', false);
    const patch = (await reader.next('patch')).data as Patch;
    expect(patch).toMatchObject({ from: version, removedFlags: [], removedSegments: [] });
    expect(Object.keys(patch.flags)).toEqual(['a']);
    expect(patch.flags.a?.enabled).toBe(false);
  } finally {
    reader.close();
  }
});

test('brings a reader that comes back up to date by the patches it missed', async () => {
  const first = await stream();
  const { id } = await first.next('ruleset');
  first.close();
  await switchFlag('a', true);
  const watcher = await stream();
  await watcher.next('head');
  await eventually(() => expect(watcher.events.at(-1)?.id).not.toBe(id));
  await switchFlag('b', false);
  await eventually(() => expect(watcher.text()).toMatch(/event: patch\ndata: .*"flags":\{"b"/));
  const back = await stream({ 'last-event-id': id });
  try {
    await back.next('patch', 1);
    expect(back.events.filter(({ event }) => event === 'ruleset')).toEqual([]);
    const patches = back.events.filter(({ event }) => event === 'patch').map(({ data }) => data as Patch);
    expect(patches[0]?.from).toBe(id);
    expect(patches[1]?.from).toBe(patches[0]?.version);
    const current = await stream({ 'last-event-id': patches[1]?.version ?? '' });
    await current.next('head');
    expect(current.events.map(({ event }) => event)).toEqual(['head']);
    current.close();
  } finally {
    back.close();
    watcher.close();
  }
});

test('sends the whole after a gap that no patch closes', async () => {
  const reader = await stream({ 'last-event-id': '7.00000000-0000-0000-0000-000000000000' });
  await reader.next('ruleset');
  reader.close();
});

test('ends the streams of a key within seconds of its revocation, and no others', async () => {
  const key = await insertKey(api.database, api.environmentId, 'server');
  const [doomed, other] = [await stream({}, key), await stream()];
  await doomed.next('ruleset');
  await api.database.sql(
    `update burgee.api_key set revoked_at = now() where id = (select id from burgee.api_key order by created_at desc limit 1)`,
  );
  await eventually(() => expect(doomed.isEnded()).toBe(true));
  expect(other.isEnded()).toBe(false);
  other.close();
  await eventually(async () => expect((await get({}, key)).status).toBe(401));
});

test('publishes the head of the audit chain', async () => {
  const reader = await stream();
  const [row] = await api.database.sql<{ head: string }>(
    `select encode(audit_head, 'hex') as head from burgee.environment where id = $1`,
    [api.environmentId],
  );
  await eventually(() => expect(reader.events.at(-1)).toMatchObject({ event: 'head', data: { auditHead: row?.head } }));
  reader.close();
});

test('tells a relay which keys it may let in, at once and whenever they change, and nobody else', async () => {
  const relay = await stream({}, api.keys.relay);
  const server = await stream();
  try {
    const told = (await relay.next('keys')).data as { keys: { kind: string; hash: string }[] };
    expect(told.keys.map(({ kind }) => kind).sort()).toEqual(['client', 'server']);
    expect(told.keys[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    const whole = await get({}, api.keys.relay);
    expect(((await whole.json()) as { keys: object[] }).keys).toEqual(told.keys);

    await insertKey(api.database, api.environmentId, 'client');
    const again = (await relay.next('keys', 1)).data as { keys: object[] };
    expect(again.keys).toHaveLength(3);
    const etag = whole.headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': etag }, api.keys.relay)).status).toBe(200);
    expect(server.events.filter(({ event }) => event === 'keys')).toEqual([]);
    expect(await (await get()).json()).not.toHaveProperty('keys');
  } finally {
    relay.close();
    server.close();
  }
});
