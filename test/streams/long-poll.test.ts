import { createClient } from '@burgee/client';
import { createServerClient } from '@burgee/client/server';
import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Streams, startStreams } from './support.ts';

let streams: Streams;
let url: string;
beforeAll(async () => {
  streams = await startStreams();
  ({ url } = await streams.startReplica());
});
afterAll(() => streams[Symbol.asyncDispose]());

type Door = 'decisions' | 'ruleset';
const ask = (door: Door, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${url}/v1/${door}`, {
    method: door === 'decisions' ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${streams.keys[door === 'decisions' ? 'client' : 'server']}`,
      ...headers,
    },
    ...(door === 'decisions' && { body: '{"context":{"targetingKey":"ada"}}' }),
    ...(signal && { signal }),
  });
const held = async (door: Door) => (await ask(door)).headers.get('etag') ?? '';
const waiting = async () => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^burgee_streams\{kind="poll"\} (\d+)$/m.exec(text)?.[1]);
};

test.each<Door>(['decisions', 'ruleset'])('%s: the answer waits until it is another one', async (door) => {
  const etag = await held(door);
  const asked = ask(door, { 'if-none-match': etag, prefer: 'wait=50' });
  await eventually(async () => expect(await waiting()).toBe(1));
  const count = await streams.count();
  const response = await asked;
  expect(response.headers.get('preference-applied')).toBe('wait=50');
  expect(response.status).toBe(200);
  expect(response.headers.get('etag')).not.toBe(etag);
  expect(await response.text()).toContain(`:${count}`);
  expect(await waiting()).toBe(0);
});

test.each<Door>(['decisions', 'ruleset'])('%s: what holds is said to hold after the time', async (door) => {
  const response = await ask(door, { 'if-none-match': await held(door), prefer: 'respond-async, wait=1' });
  expect([response.status, response.headers.get('preference-applied')]).toEqual([304, 'wait=1']);
});

test.each<[string, Record<string, string>, number]>([
  ['another tag', { 'if-none-match': '"x"', prefer: 'wait=50' }, 200],
  ['no tag', { prefer: 'wait=50' }, 200],
  ['a wait of nothing', { 'if-none-match': '*', prefer: 'wait=0' }, 304],
  ['a wait that is too long', { 'if-none-match': '*', prefer: 'wait=56' }, 304],
  ['a wait that is no number', { 'if-none-match': '*', prefer: 'wait=soon' }, 304],
  ['another preference', { 'if-none-match': '*', prefer: 'return=minimal' }, 304],
])('answers at once to %s', async (_, headers, status) => {
  for (const door of ['decisions', 'ruleset'] as const) {
    const response = await ask(door, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('preference-applied')).toBe(status === 200 ? 'wait=50' : null);
  }
});

test('a reader that goes away waits no more', async () => {
  const gone = new AbortController();
  const asked = ask('ruleset', { 'if-none-match': await held('ruleset'), prefer: 'wait=50' }, gone.signal);
  await eventually(async () => expect(await waiting()).toBe(1));
  gone.abort();
  await expect(asked).rejects.toThrow();
  await eventually(async () => expect(await waiting()).toBe(0));
});

/** A way on which no stream gets through: whatever lasts is kept back for ever. */
const withoutStreams: typeof fetch = async (target, init) => {
  const response = await fetch(target, init);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
  void response.body?.cancel();
  return new Response('', { headers: { 'content-type': 'text/html' } });
};

test('a browser and a server behind such a way are told of changes by waiting requests', async () => {
  const browser = createClient({ url, key: streams.keys.client, storage: null, fetch: withoutStreams });
  const server = createServerClient({ url, key: streams.keys.server, fetch: withoutStreams });
  browser.start();
  await eventually(() => expect([browser.state, server.state]).toEqual(['live', 'live']), { timeoutMs: 10_000 });
  await eventually(async () => expect(await waiting()).toBe(2), { timeoutMs: 5_000 });
  const count = await streams.count();
  await eventually(() => expect([browser.value('count', 0), server.value('count', 0, {})]).toEqual([count, count]));
  await Promise.all([browser.close(), server.close()]);
  await eventually(async () => expect(await waiting()).toBe(0));
});

test('a replica that leaves answers all who wait, and takes no more', async () => {
  const other = await streams.startReplica({ BURGEE_DRAIN_MS: '300' });
  const headers = { authorization: `Bearer ${streams.keys.client}`, 'if-none-match': '*', prefer: 'wait=50' };
  const decisions = () => fetch(`${other.url}/v1/decisions`, { method: 'POST', headers });
  const asked = decisions();
  await eventually(async () => {
    const text = await (await fetch(`${other.url}/metrics`)).text();
    expect(text).toContain('burgee_streams{kind="poll"} 1');
  });
  const stopped = other.stop();
  const refused = await decisions();
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
  expect((await asked).status).toBe(304);
  await stopped;
});

test('a key that is revoked ends the wait with 401', async () => {
  const asked = ask('ruleset', { 'if-none-match': '*', prefer: 'wait=50' });
  await eventually(async () => expect(await waiting()).toBe(1));
  await streams.database.sql(`update burgee.api_key set revoked_at = now() where kind = 'server'`);
  expect((await asked).status).toBe(401);
  expect(await waiting()).toBe(0);
});
