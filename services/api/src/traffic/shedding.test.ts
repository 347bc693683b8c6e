import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { apiEnvironment, startTestApi, type TestApi } from '../main.support.ts';
import { createApp } from '../main.ts';
import { Shedding } from './shedding.store.ts';

let api: TestApi;
let app: NestFastifyApplication;
let url: string;
let shedding: Shedding;
const lines: string[] = [];
beforeAll(async () => {
  api = await startTestApi([{ key: 'a' }]);
  const config = readConfig({ ...(await apiEnvironment(api.database.apiUrl)), BURGEE_MAX_LAG_MS: '100' });
  app = await createApp(config, pino({ level: 'info' }, { write: (line) => void lines.push(line) }));
  await app.listen(config.port, config.host);
  url = `http://${config.host}:${config.port}`;
  shedding = app.get(Shedding);
});
afterAll(async () => {
  await app.close();
  await api.stop();
});

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(url + path, {
    method: path === '/v1/ruleset' || path.endsWith('z') ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${api.keys.server}`, ...headers },
  });
const doors = ['/ofrep/v1/evaluate/flags/a', '/ofrep/v1/evaluate/flags', '/v1/decisions', '/v1/ruleset'];

/** Keeps the event loop busy, turn after turn; the sampler gets its turn in between. */
async function busy(turns: number, ms: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    const until = performance.now() + ms;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

test('notices an event loop that is late turn after turn, and recovers', async () => {
  await expect.poll(() => shedding.isHigh, { timeout: 20_000 }).toBe(false);
  await busy(8, 300);
  expect(shedding.isHigh).toBe(true);
  await expect.poll(() => shedding.isHigh, { timeout: 20_000 }).toBe(false);
  const said = lines.flatMap((line) => /the event loop is late|the event loop keeps up again/.exec(line)?.[0] ?? []);
  expect(said).toEqual(expect.arrayContaining(['the event loop is late', 'the event loop keeps up again']));
});

test('refuses evaluations and new streams while it is late, and nothing else', async () => {
  shedding.onApplicationShutdown(); // no more samples but these
  for (let sample = 0; sample < 20; sample += 1) shedding.observe(0);
  const stream = await ask('/v1/ruleset', { accept: 'text/event-stream' });
  const reader = stream.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  for (let sample = 0; sample < 5; sample += 1) shedding.observe(1000);

  for (const door of doors) {
    const refused = await ask(door);
    expect([door, refused.status]).toEqual([door, 503]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const { code, errorCode } = (await refused.json()) as { code?: string; errorCode?: string };
    expect(code ?? errorCode).toBe('TOO_BUSY');
  }
  expect((await ask('/v1/ruleset', { accept: 'text/event-stream' })).status).toBe(503);
  expect((await ask('/livez')).status).toBe(200);
  expect((await ask('/readyz')).status).toBe(200);
  expect((await ask('/graphql')).status).not.toBe(503);

  await api.addFlag({ key: 'b' });
  expect((await reader?.read())?.done).toBe(false); // an open stream goes on
  await reader?.cancel();

  for (let sample = 0; sample < 20; sample += 1) shedding.observe(0);
  expect((await ask('/v1/decisions')).status).toBe(200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^burgee_requests_shed_total 5$/m);
});
