import { connect } from 'node:net';
import { eventually } from '@burgee/test/support';
import { afterEach, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../main.support.ts';
import { readEvents } from './event-reader.support.ts';
import { forEachInTurns, streamLimits } from './stream.store.ts';

let api: TestApi | undefined;
afterEach(() => api?.stop());

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
  const reader = await readEvents(`${running.url}/v1/ruleset`, {
    headers: { authorization: `Bearer ${running.keys.server}` },
  });
  await reader.next('ruleset');
  let changes = 0;
  const isCut = () => figure(running, 'burgee_streams').then((streams) => streams === 1);
  while (!(await isCut())) {
    changes += 1;
    expect(changes).toBeLessThan(400);
    const variants = JSON.stringify({ a: `${big}${changes}`, b: 'b' });
    await running.database.sql('update burgee.flag set variants = $1', [variants]);
    await eventually(async () => expect(reader.text()).toContain(`x${changes}"`), { timeoutMs: 10_000 });
  }
  expect(reader.isEnded()).toBe(false);
  silent.resume();
  await ended;
  reader.close();
}, 60_000);

test('counts streams and forgets those whose reader went away', async () => {
  const running = await startTestApi([{ key: 'a' }]);
  api = running;
  const headers = { authorization: `Bearer ${running.keys.server}` };
  const readers = await Promise.all(
    Array.from({ length: 5 }, () => readEvents(`${running.url}/v1/ruleset`, { headers })),
  );
  expect(await figure(running, 'burgee_streams')).toBe(5);
  for (const reader of readers) reader.close();
  await eventually(async () => expect(await figure(running, 'burgee_streams')).toBe(0));
});

test('drains: not ready at once, streams end with a delay of their own, requests are answered to the end', async () => {
  const running = await startTestApi([{ key: 'a' }], { more: { BURGEE_DRAIN_MS: '400' } });
  api = undefined;
  const headers = { authorization: `Bearer ${running.keys.server}` };
  const readers = await Promise.all(
    Array.from({ length: 20 }, () => readEvents(`${running.url}/v1/ruleset`, { headers })),
  );
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

test('goes through many readers in turns and in order', async () => {
  const seen: number[] = [];
  const items = Array.from({ length: streamLimits.perTurn * 3 }, (_, index) => index);
  forEachInTurns(items, (item) => seen.push(item));
  expect(seen).toHaveLength(streamLimits.perTurn);
  await eventually(() => expect(seen).toEqual(items));
});

async function figure(running: TestApi, name: string): Promise<number> {
  const text = await (await fetch(`${running.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}
