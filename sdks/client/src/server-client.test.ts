import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Flag, Ruleset } from '@burgee/evaluator';
import { expect, test, vi } from 'vitest';
import type { BurgeeClientError } from './errors.ts';
import { createServerClient, type ServerClientOptions } from './server-client.ts';
import { staticFlags } from './static-flags.ts';
import { FakeClock } from './testing/fake-clock.ts';
import {
  beginStream,
  sendEvent,
  sendJson,
  startWireServer,
  streaming,
  type WireServer,
} from './testing/wire-server.ts';

const flag = (key: string, decided: string): Flag => {
  return { key, enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: decided };
};
const ruleset = (version: string, ...flags: Flag[]): Ruleset => {
  return {
    format: 1,
    environment: 'shop/test',
    version,
    flags: Object.fromEntries(flags.map((one) => [one.key, one])),
    segments: {},
  };
};
const first = ruleset('1.a', flag('checkout', 'on'), flag('gifts', 'off'));
const ada = { targetingKey: 'ada' };

test('decides by the ruleset of the service', async () => {
  await using world = await start(streaming('ruleset', first));
  expect(world.client.evaluate('checkout', ada)).toMatchObject({ reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' });
  expect(world.client.value('checkout', false, ada)).toBe(false);
  await world.live();
  expect(world.client.evaluate('checkout', ada)).toMatchObject({ value: true, variant: 'on', reason: 'STATIC' });
  expect(world.client.value('checkout', false, ada)).toBe(true);
  expect(world.client.value('checkout', 'text', ada)).toBe('text');
  expect(world.wire.received[0]).toMatchObject({
    method: 'GET',
    path: '/v1/ruleset',
    headers: { 'burgee-level': '1' },
  });
});

test('lays patches over what it holds', async () => {
  await using world = await start(streaming('ruleset', first));
  await world.live();
  const patch = {
    from: '1.a',
    version: '2.b',
    flags: { gifts: flag('gifts', 'on') },
    removedFlags: ['checkout'],
    segments: {},
    removedSegments: [],
  };
  sendEvent(world.wire.open[0]!, 'patch', patch);
  await vi.waitFor(() => expect(world.client.version).toBe('2.b'));
  expect(world.client.value('gifts', false, ada)).toBe(true);
  expect(world.client.evaluate('checkout', ada).errorCode).toBe('FLAG_NOT_FOUND');
});

test('asks for everything after a gap, and goes on deciding meanwhile', async () => {
  await using world = await start(streaming('ruleset', first));
  await world.live();
  sendEvent(world.wire.open[0]!, 'patch', {
    from: '7.x',
    version: '8.y',
    flags: {},
    removedFlags: [],
    segments: {},
    removedSegments: [],
  });
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  expect(world.client.value('checkout', false, ada)).toBe(true);
  world.clock.advance(3_000);
  await world.live();
  expect(world.wire.received[1]?.headers['last-event-id']).toBeUndefined();
});

test('asks for everything after a patch that makes no sense', async () => {
  await using world = await start(streaming('ruleset', first));
  await world.live();
  world.wire.open[0]!.write('event: patch\ndata: {"from":"1.a","vers\n\n');
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  expect(world.client.value('checkout', false, ada)).toBe(true);
  world.clock.advance(3_000);
  await world.live();
  expect(world.wire.received[1]?.headers['last-event-id']).toBeUndefined();
});

test('resumes by the version it holds, over a fresh connection', async () => {
  await using world = await start(streaming('ruleset', first));
  await world.live();
  world.wire.answer = (_, response) => void beginStream(response);
  world.wire.open[0]!.destroy();
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  world.clock.advance(3_000);
  await world.live();
  const [before, after] = world.wire.received;
  expect(after?.headers['last-event-id']).toBe('1.a');
  expect(after?.clientPort).not.toBe(before?.clientPort);
});

test('gives every request a connection of its own', async () => {
  await using world = await start((_, response) => sendJson(response, first), {
    source: 'poll',
    pollIntervalMs: 20_000,
  });
  for (let asked = 1; asked <= 3; asked++) {
    await vi.waitFor(() => expect(world.wire.received).toHaveLength(asked));
    await vi.waitFor(() => expect(world.clock.hasTimerIn(21_000)).toBe(true));
    world.clock.advance(21_000);
  }
  const ports = world.wire.received.map((received) => received.clientPort);
  expect(new Set(ports).size).toBe(ports.length);
});

test('puts one flag that it does not understand in error, and decides the others', async () => {
  const future = {
    ...flag('gifts', 'on'),
    rules: [{ id: 'x', if: [{ attr: 'moon', op: 'phase_eq', values: ['full'] }], serve: 'on' }],
  };
  await using world = await start(streaming('ruleset', ruleset('1.a', flag('checkout', 'on'), future)));
  await world.live();
  expect(world.client.value('checkout', false, ada)).toBe(true);
  expect(world.client.evaluate('gifts', ada)).toMatchObject({ reason: 'ERROR' });
  expect(world.client.value('gifts', true, ada)).toBe(true);
});

test.each([
  ['no JSON', '{"format":1,'],
  ['another format', JSON.stringify({ ...first, format: 9 })],
  ['an array', '[]'],
])('keeps what it holds when the service sends %s, and says so once', async (_, data) => {
  await using world = await start(streaming('ruleset', first));
  await world.live();
  world.wire.answer = (_received, response) => void beginStream(response).write(`event: ruleset\ndata: ${data}\n\n`);
  world.wire.open[0]!.write(`event: ruleset\ndata: ${data}\n\n`);
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  world.clock.advance(3_000);
  await vi.waitFor(() => expect(world.wire.received).toHaveLength(2));
  expect(world.client.value('checkout', false, ada)).toBe(true);
  expect(world.errors.map((error) => error.code)).toEqual(['BURGEE_CLIENT_004']);
});

test('keeps its values on a key that is refused for ever, with at most three requests in ten minutes', async () => {
  await using world = await start(streaming('ruleset', first));
  await world.live();
  world.client.value('checkout', false, ada);
  world.wire.answer = (_, response) => response.writeHead(401).end();
  world.wire.open[0]!.destroy();
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  for (let second = 0; second < 600; second += 5) {
    world.clock.advance(5_000);
    await new Promise(setImmediate);
  }
  expect(world.wire.received.length - 1).toBeLessThanOrEqual(3);
  expect(world.client.value('checkout', false, ada)).toBe(true);
});

test('polls where streams do not pass', async () => {
  await using world = await start(({ headers }, response) => {
    if (headers.accept === 'application/json') sendJson(response, first, { etag: '"1"' });
    else response.writeHead(200, { 'content-type': 'text/plain' }).end('proxied');
  });
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  world.clock.advance(3_000);
  await world.live();
  expect(world.client.value('checkout', false, ada)).toBe(true);
});

test('starts from its cache file when the service is away, and from the bootstrap when there is none', async () => {
  await using folder = temporaryFolder();
  const cacheFile = join(folder.path, 'flags.json');
  await using before = await start(streaming('ruleset', first), { cacheFile });
  await before.live();
  await before.client.close();
  const bootstrap = ruleset('0.z', flag('checkout', 'off'));
  await using after = await start((_, response) => response.destroy(), { cacheFile, bootstrap, url: before.wire.url });
  expect(after.client.value('checkout', false, ada)).toBe(true);
  await using another = await start((_, response) => response.destroy(), {
    cacheFile: join(folder.path, 'none.json'),
    bootstrap,
  });
  expect(another.client.evaluate('checkout', ada)).toMatchObject({ value: false, variant: 'off' });
});

test('believes no cache file that was changed by somebody else', async () => {
  await using folder = temporaryFolder();
  const cacheFile = join(folder.path, 'flags.json');
  await using before = await start(streaming('ruleset', first), { cacheFile });
  await before.live();
  await before.client.close();
  writeFileSync(cacheFile, readFileSync(cacheFile, 'utf8').replace('"default":"off"', '"default":"on"'));
  await using after = await start((_, response) => response.destroy(), { cacheFile, url: before.wire.url });
  expect(after.client.evaluate('gifts', ada).errorCode).toBe('PROVIDER_NOT_READY');
  expect(after.errors.map((error) => error.code)).toContain('BURGEE_CLIENT_005');
});

test('counts uses and tells them at the end', async () => {
  await using world = await start(streaming('ruleset', first), { application: 'shop-api' });
  await world.live();
  world.client.value('checkout', false, ada);
  world.client.evaluate('nowhere', ada);
  await world.client.close();
  const sent = world.wire.received.find(({ path }) => path === '/v1/exposures');
  expect(sent?.method).toBe('POST');
  const counts = [{ flag: 'checkout', variant: 'on', count: 1, hour: '2026-11-21T12:00:00.000Z', source: 'used' }];
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({ application: 'shop-api', counts, unknown: ['nowhere'] });
});

test('gives a page the client-visible flags to begin with', async () => {
  const visible = { ...flag('checkout', 'on'), clientVisible: true };
  await using world = await start(streaming('ruleset', ruleset('1.a', visible, flag('gifts', 'on'))));
  await world.live();
  expect(world.client.initialFor(ada)).toEqual({ checkout: true });
});

test('decides by flags that a test sets', async () => {
  const flags = staticFlags({ checkout: true, banner: 'Hello', layout: { columns: 2 }, size: 3 });
  const client = createServerClient({ url: 'test:', key: 'test', source: flags });
  const changes = vi.fn();
  const undo = client.subscribe(changes);
  expect(client.value('layout', {}, {})).toEqual({ columns: 2 });
  expect(client.value('banner', '', {})).toBe('Hello');
  flags.set('checkout', false);
  expect(client.value('checkout', true, {})).toBe(false);
  undo();
  flags.set('checkout', true);
  expect(changes).toHaveBeenCalledTimes(1);
  await client.close();
});

async function start(answer: WireServer['answer'], options: Partial<ServerClientOptions> = {}) {
  const wire = await startWireServer(answer);
  const clock = new FakeClock();
  const errors: BurgeeClientError[] = [];
  const onError = (error: BurgeeClientError) => errors.push(error);
  const client = createServerClient({
    url: wire.url,
    key: 'bgy_server_x',
    clock,
    random: () => 0.5,
    onError,
    ...options,
  });
  const live = () => vi.waitFor(() => expect(client.state).toBe('live'));
  const dispose = async () => {
    await client.close();
    await wire[Symbol.asyncDispose]();
  };
  return { wire, clock, errors, client, live, [Symbol.asyncDispose]: dispose };
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'burgee-'));
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true }) };
}
