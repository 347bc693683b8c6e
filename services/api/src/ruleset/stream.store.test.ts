import { connect } from 'node:net';
import { eventually } from '@burgee/test/support';
import { afterEach, expect, test } from 'vitest';
import { insertKey, startTestApi, type TestApi } from '../main.support.ts';
import { readEvents } from './event-reader.support.ts';

let api: TestApi | undefined;
afterEach(() => api?.stop());

const follow = (running: TestApi, key = running.keys.server) =>
  readEvents(`${running.url}/v1/ruleset`, { headers: { authorization: `Bearer ${key}` } });
const decide = (running: TestApi) =>
  readEvents(`${running.url}/v1/decisions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.keys.client}`, 'content-type': 'application/json' },
    body: '{}',
  });

test('cuts a reader that never reads, and serves the others', async () => {
  const big = 'x'.repeat(60_000);
  const flag = { key: 'big', type: 'string' as const, variants: { a: big, b: 'b' } };
  const running = await startTestApi([flag]);
  api = running;
  const { port } = new URL(running.url);
  const silent = connect(Number(port), '127.0.0.1');
  const ended = new Promise<void>((resolve) => silent.once('close', () => resolve()));
  silent.on('error', () => undefined);
  silent.pause();
  silent.write(
    `GET /v1/ruleset HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nauthorization: Bearer ${running.keys.server}\r\n\r\n`,
  );
  const reader = await follow(running);
  await reader.next('ruleset');
  let changes = 0;
  const cuts = () => figure(running, 'burgee_streams_cut_total{cause="slow"}');
  while ((await cuts()) !== 1) {
    changes += 1;
    expect(changes).toBeLessThan(400);
    const variants = JSON.stringify({ a: `${big}${changes}`, b: 'b' });
    await running.database.sql('update burgee.flag set variants = $1', [variants]);
    await eventually(async () => expect(reader.text()).toContain(`x${changes}"`), { timeoutMs: 10_000 });
  }
  expect(reader.isEnded()).toBe(false);
  silent.resume();
  await ended;
  expect(await figure(running, 'burgee_streams{kind="ruleset"}')).toBe(1);
  expect(await figure(running, 'burgee_propagation_seconds_count')).toBeGreaterThan(1);
  reader.close();
}, 60_000);

test('counts streams by kind and forgets those whose reader went away', async () => {
  const running = await startTestApi([{ key: 'a' }]);
  api = running;
  const readers = await Promise.all([follow(running), follow(running), follow(running), decide(running)]);
  expect(await figure(running, 'burgee_streams{kind="ruleset"}')).toBe(3);
  expect(await figure(running, 'burgee_streams{kind="decisions"}')).toBe(1);
  expect(await figure(running, 'burgee_streams{kind="nudges"}')).toBe(0);
  for (const reader of readers) reader.close();
  await eventually(async () => expect(await figure(running, 'burgee_streams{kind="ruleset"}')).toBe(0));
});

test('refuses streams beyond the cap with a time to come back, and keeps the last of the room for servers', async () => {
  const running = await startTestApi([{ key: 'a' }], { more: { BURGEE_MAX_STREAMS: '20' } });
  api = running;
  const browsers = await Promise.all(Array.from({ length: 25 }, () => decide(running)));
  const refused = browsers.filter(({ status }) => status === 503);
  expect(refused).toHaveLength(6);
  const waits = refused.map(({ headers }) => Number(headers.get('retry-after')));
  expect(waits.every((seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 10)).toBe(true);
  expect(new Set(waits).size).toBeGreaterThan(1);
  const poll = { 'if-none-match': '*', prefer: 'wait=30' };
  const waiting = await running.post('/v1/decisions', { key: running.keys.client, headers: poll });
  expect([waiting.status, Number(waiting.headers.get('retry-after')) > 0]).toEqual([503, true]);
  const servers = [await follow(running), await follow(running)];
  expect(servers.map(({ status }) => status)).toEqual([200, 503]);
  expect(await figure(running, 'burgee_streams_refused_total')).toBe(8);
  browsers.find(({ status }) => status === 200)?.close();
  await eventually(async () => {
    const again = await decide(running);
    again.close();
    expect(again.status).toBe(503);
    const server = await follow(running);
    server.close();
    expect(server.status).toBe(200);
  });
  for (const reader of [...browsers, ...servers]) reader.close();
});

test('ends the streams of a key that is revoked or expires, within five seconds, and no others', async () => {
  const running = await startTestApi([{ key: 'a' }]);
  api = running;
  const [revoked, expiring] = [
    await insertKey(running.database, running.environmentId, 'server'),
    await insertKey(running.database, running.environmentId, 'server'),
  ];
  const readers = [await follow(running, revoked), await follow(running, expiring), await follow(running)];
  await Promise.all(readers.map((reader) => reader.next('ruleset')));
  const set = (key: string, to: string) =>
    running.database.sql(`update burgee.api_key set ${to} where key_prefix = $1`, [key.split('_').at(-1)?.slice(0, 8)]);
  await set(revoked, 'revoked_at = now()');
  await set(expiring, `expires_at = now() + interval '1 second'`);
  await eventually(() => expect(readers.map((reader) => reader.isEnded())).toEqual([true, true, false]), {
    timeoutMs: 6000,
  });
  expect(await figure(running, 'burgee_streams_cut_total{cause="revoked"}')).toBe(2);
  readers[2]?.close();
});

test('drains: not ready at once, streams end with a delay of their own, requests are answered to the end', async () => {
  const running = await startTestApi([{ key: 'a' }], { more: { BURGEE_DRAIN_MS: '400' } });
  api = undefined;
  const headers = { authorization: `Bearer ${running.keys.server}` };
  const readers = await Promise.all(Array.from({ length: 20 }, () => follow(running)));
  await Promise.all(readers.map((reader) => reader.next('ruleset')));
  const stopped = running.stop();
  expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
  expect((await running.post('/ofrep/v1/evaluate/flags/a')).status).toBe(200);
  const refused = await fetch(`${running.url}/v1/ruleset`, { headers: { ...headers, accept: 'text/event-stream' } });
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
  await stopped;
  const delays = readers.map((reader) => /retry: (\d+)\n\n$/.exec(reader.text())?.[1]);
  expect(readers.every((reader) => reader.isEnded())).toBe(true);
  expect(new Set(delays).size).toBeGreaterThan(10);
  await expect(fetch(`${running.url}/livez`)).rejects.toThrow();
});

async function figure(running: TestApi, name: string): Promise<number> {
  const text = await (await fetch(`${running.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}
