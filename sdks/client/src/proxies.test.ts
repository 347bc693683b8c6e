import { expect, test, vi } from 'vitest';
import { createClient } from './client.ts';
import { FakeClock } from './testing/fake-clock.ts';
import {
  buffersAll,
  buffersUpTo,
  cutsIdle,
  endsStreams,
  passesOnce,
  renamesTypes,
  slices,
  startProxy,
} from './testing/proxy.ts';
import { beginStream, sendEvent, sendJson, startWireServer } from './testing/wire-server.ts';

const said = (count: number) => ({
  version: `${count}.a`,
  flags: { count: { value: count, variant: 'now', reason: 'STATIC' } },
});

/** A service that streams, answers, waits and says that it is there every 15 s; its number can be counted up. */
async function service(clock: FakeClock) {
  let count = 1;
  const waiting = new Set<() => void>();
  const wire = await startWireServer(({ path, headers }, response) => {
    const etag = () => `"${count}"`;
    const answer = () => {
      const isHeld = headers['if-none-match'] === etag();
      if (headers.prefer) response.setHeader('preference-applied', headers.prefer);
      if (isHeld) response.writeHead(304, { etag: etag() }).end();
      else sendJson(response, said(count), { etag: etag() });
    };
    if (path === '/v1/exposures') response.writeHead(202).end();
    else if (headers.accept === 'text/event-stream') {
      sendEvent(beginStream(response), 'decisions', said(count));
      const tell = () => sendEvent(response, 'decisions', said(count));
      const beat = () => {
        response.write(': \n\n');
        stop = clock.after(15_000, beat);
      };
      let stop = clock.after(15_000, beat);
      waiting.add(tell);
      response.on('close', () => {
        stop();
        waiting.delete(tell);
      });
    } else if (headers.prefer && headers['if-none-match'] === etag()) {
      const seconds = Number(String(headers.prefer).slice(5));
      const end = () => {
        stop();
        waiting.delete(end);
        answer();
      };
      const stop = clock.after(seconds * 1000, end);
      waiting.add(end);
      response.on('close', () => {
        stop();
        waiting.delete(end);
      });
    } else answer();
  });
  const countUp = () => {
    count += 1;
    for (const tell of [...waiting]) tell();
    return count;
  };
  return { wire, countUp, waiting };
}

/** Time passes in steps in which answers arrive. */
async function pass(clock: FakeClock, ms: number, check: () => boolean = () => false): Promise<boolean> {
  for (let passed = 0; passed < ms && !check(); passed += 500) {
    clock.advance(500);
    for (let turn = 0; turn < 8; turn += 1) await new Promise(setImmediate);
  }
  return check();
}

async function behind(passing: (clock: FakeClock) => Parameters<typeof startProxy>[1]) {
  const clock = new FakeClock();
  const { wire, countUp, waiting } = await service(clock);
  const proxy = await startProxy(() => wire.url, passing(clock));
  const errors: string[] = [];
  const client = createClient({
    url: proxy.url,
    key: 'bgy_client_x',
    storage: null,
    clock,
    random: () => 0.5,
    onError: ({ code }) => errors.push(code),
  });
  client.start();
  const has = (count: number) => client.value('count', 0) === count;
  const dispose = async () => {
    await client.close();
    await proxy[Symbol.asyncDispose]();
    await wire[Symbol.asyncDispose]();
  };
  const asked = (accept: string) => wire.received.filter(({ headers }) => headers.accept === accept).length;
  return { clock, wire, proxy, client, errors, has, countUp, waiting, asked, [Symbol.asyncDispose]: dispose };
}

test.each([
  ['keeps everything back until the end', () => buffersAll, 60_000],
  ['keeps back what is less than 4 KiB', () => buffersUpTo(4096), 60_000],
  ['does not know event streams', () => renamesTypes, 60_000],
  ['lets no heartbeat through', () => passesOnce, 180_000],
  ['ends streams at once', () => endsStreams, 60_000],
])('waits for answers behind a proxy that %s, and tries a stream again later', async (_, passing, withinMs) => {
  await using world = await behind(passing);
  expect(await pass(world.clock, withinMs, () => world.asked('application/json') > 1 && world.waiting.size === 1)).toBe(
    true,
  );
  expect([world.client.state, world.has(1)]).toEqual(['live', true]);
  expect(world.wire.received.at(-1)?.headers.prefer).toBe('wait=50');
  const count = world.countUp();
  expect(await pass(world.clock, 5_000, () => world.has(count))).toBe(true);
  const streams = world.asked('text/event-stream');
  expect(streams).toBeLessThanOrEqual(3);
  await pass(world.clock, 330_000, () => world.asked('text/event-stream') > streams);
  expect(world.asked('text/event-stream')).toBe(streams + 1);
});

test('reads a stream through a proxy that passes byte by byte', async () => {
  await using world = await behind(() => slices);
  await vi.waitFor(() => expect(world.has(1)).toBe(true));
  const count = world.countUp();
  await vi.waitFor(() => expect(world.has(count)).toBe(true));
  expect(world.asked('application/json')).toBe(0);
});

test('keeps its stream for five minutes through a proxy that cuts what is idle for 30 s', async () => {
  await using world = await behind((clock) => cutsIdle(clock, 30_000));
  await vi.waitFor(() => expect(world.has(1)).toBe(true));
  await pass(world.clock, 300_000);
  expect([world.proxy.cuts, world.asked('text/event-stream'), world.errors]).toEqual([0, 1, []]);
});

test('asks for shorter waits where long ones are cut, and for none in the end', async () => {
  await using world = await behind(() => renamesTypes);
  for (const wait of ['wait=50', 'wait=25', 'wait=12', 'wait=6', 'wait=3', 'wait=1', undefined]) {
    const isThere = () => world.wire.received.at(-1)?.headers.prefer === wait && world.wire.open.length > 0;
    expect(await pass(world.clock, 200_000, () => wait === undefined || isThere())).toBe(true);
    world.wire.open.at(-1)?.destroy();
    await pass(world.clock, 1_000);
  }
  const count = world.countUp();
  expect(await pass(world.clock, 60_000, () => world.has(count))).toBe(true);
  expect(world.wire.received.at(-1)?.headers.prefer).toBeUndefined();
});
