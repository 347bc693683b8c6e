import { expect, test, vi } from 'vitest';
import { createServerClient } from './server.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { startClient } from './testing/started-client.ts';
import { beginStream, sendEvent, sendJson, startWireServer, type WireServer } from './testing/wire-server.ts';

type Response = Parameters<WireServer['answer']>[1];

const on = { value: true, variant: 'on', reason: 'STATIC' };
const flag = { type: 'boolean', enabled: true, variants: { on: true, off: false }, off: 'off', default: 'on' };
const ruleset = (flags: Record<string, object>, more: object = {}) => ({
  format: 1,
  environment: 'test',
  version: '1.a',
  flags: Object.fromEntries(Object.entries(flags).map(([key, one]) => [key, { key, ...one }])),
  segments: {},
  ...more,
});
const unknownOperator = [{ id: 'r', if: [{ attr: 'a', op: 'is_prime', values: ['7'] }], serve: 'on' }];

async function serverClient(answer: WireServer['answer']) {
  const wire = await startWireServer(answer);
  const clock = new FakeClock();
  const errors: string[] = [];
  const client = createServerClient({
    url: wire.url,
    key: 'bgy_server_x',
    clock,
    random: () => 0.5,
    onError: ({ code }) => errors.push(code),
  });
  const dispose = async () => {
    await client.close();
    await wire[Symbol.asyncDispose]();
  };
  return { wire, clock, errors, client, [Symbol.asyncDispose]: dispose };
}

// a newer service and these clients, for browsers
test.each<[string, (response: Response) => void]>([
  [
    'unknown fields of an answer',
    (response) => sendEvent(beginStream(response), 'decisions', { version: '1', flags: { f: on }, later: { a: 1 } }),
  ],
  [
    'unknown fields of a decision',
    (response) => sendEvent(beginStream(response), 'decisions', { version: '1', flags: { f: { ...on, score: 0.5 } } }),
  ],
  [
    'an unknown reason',
    (response) =>
      sendEvent(beginStream(response), 'decisions', { version: '1', flags: { f: { ...on, reason: 'LATER' } } }),
  ],
  [
    'an unknown event before',
    (response) => {
      sendEvent(beginStream(response), 'weather', { sunny: true });
      sendEvent(response, 'decisions', { version: '1', flags: { f: on } });
    },
  ],
  [
    'an unknown event after',
    (response) => {
      sendEvent(beginStream(response), 'decisions', { version: '1', flags: { f: on } });
      sendEvent(response, 'weather', 'not even an object');
    },
  ],
  [
    'unknown fields of the stream',
    (response) => {
      beginStream(response).write('later: 1\nid: 9\nevent: decisions\nmore\n');
      response.write(`data: ${JSON.stringify({ version: '1', flags: { f: on } })}\n\n`);
    },
  ],
  [
    'a decision of a shape that is not known',
    (response) =>
      sendEvent(beginStream(response), 'decisions', { version: '1', flags: { f: on, g: 7, h: { value: 1 } } }),
  ],
  [
    'a type of stream that is not known',
    (response) => response.writeHead(200, { 'content-type': 'application/vnd.later-stream' }).end('\u0001\u0002'),
  ],
])('a browser takes %s', async (what, say) => {
  await using world = await startClient(({ headers }, response) => {
    if (headers.accept === 'application/json') sendJson(response, { version: '1', flags: { f: on } });
    else say(response);
  });
  if (what.startsWith('a type of stream')) {
    await vi.waitFor(() => expect(world.client.state).toBe('offline'));
    world.clock.advance(3_000);
  }
  await world.live();
  await new Promise(setImmediate);
  expect(world.client.value('f', false)).toBe(true);
  expect(world.client.state).toBe('live');
});

// a newer service and these clients, for servers
test.each<[string, object]>([
  ['unknown fields of a ruleset', ruleset({ f: flag }, { later: [1] })],
  ['unknown fields of a flag', ruleset({ f: { ...flag, later: true } })],
  ['an unknown operator of another flag', ruleset({ f: flag, g: { ...flag, rules: unknownOperator } })],
  ['another flag that needs a later evaluator', ruleset({ f: flag, g: { ...flag, needs: 1000 } })],
])('a server takes %s', async (_, data) => {
  await using world = await serverClient((_received, response) => sendEvent(beginStream(response), 'ruleset', data));
  await vi.waitFor(() => expect(world.client.state).toBe('live'));
  expect(world.client.value('f', false, {})).toBe(true);
});

test.each<[string, object]>([
  ['an operator that is not known', { ...flag, default: 'off', rules: unknownOperator }],
  ['a later evaluator', { ...flag, needs: 1000 }],
  ['conditions of another system that is not known', { ...flag, semantics: 'later-9' }],
])('a flag that asks for %s is an error with the default of the code, never false by accident', async (_, of) => {
  await using world = await serverClient((_received, response) =>
    sendEvent(beginStream(response), 'ruleset', ruleset({ f: of })),
  );
  await vi.waitFor(() => expect(world.client.state).toBe('live'));
  const evaluation = world.client.evaluate('f', { a: '7' });
  expect([evaluation.reason, evaluation.value]).toEqual(['ERROR', undefined]);
  expect([world.client.value('f', true, { a: '7' }), world.client.value('f', false, {})]).toEqual([true, false]);
});

test('a server takes an unknown event, and unknown fields of a patch', async () => {
  await using world = await serverClient((_, response) => {
    sendEvent(beginStream(response), 'ruleset', ruleset({ f: { ...flag, enabled: false } }));
    sendEvent(response, 'later', []);
    sendEvent(response, 'patch', {
      from: '1.a',
      version: '2.b',
      flags: { f: { key: 'f', ...flag, later: 1 } },
      later: {},
    });
  });
  await vi.waitFor(() => expect(world.client.version).toBe('2.b'));
  expect(world.client.value('f', false, {})).toBe(true);
  expect(world.errors).toEqual([]);
});

// an older service and these clients
test.each<[string, WireServer['answer'], number]>([
  [
    'knows no streams',
    ({ headers }, response) =>
      headers.accept === 'application/json'
        ? sendJson(response, { version: '1', flags: { f: on } })
        : response.writeHead(406).end(),
    12_000,
  ],
  ['answers a stream with JSON', (_, response) => sendJson(response, { version: '1', flags: { f: on } }), 3_000],
  [
    'names no events and no versions',
    (_, response) =>
      void beginStream(response).write(`event: decisions\ndata: ${JSON.stringify({ flags: { f: on } })}\n\n`),
    0,
  ],
  [
    'does not wait',
    ({ headers }, response) => {
      if (headers.accept !== 'application/json') response.writeHead(200, { 'content-type': 'text/html' }).end();
      else if (headers['if-none-match']) response.writeHead(304).end();
      else sendJson(response, { version: '1', flags: { f: on } }, { etag: '"1"' });
    },
    3_000,
  ],
])('a browser goes on with a service that %s', async (_, answer, waitMs) => {
  await using world = await startClient(answer);
  for (let passed = 0; passed < waitMs && world.client.state !== 'live'; passed += 500) {
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    world.clock.advance(500);
  }
  await world.live();
  expect(world.client.value('f', false)).toBe(true);
});

test.each<[string, () => string, number, number]>([
  ['seconds', () => '7', 7_000, 2_000],
  ['a date', () => new Date(Date.parse('2026-11-21T12:00:20Z')).toUTCString(), 20_000, 2_000],
  ['an absurd number', () => '999999999', 600_000, 2_000],
  ['an absurd date', () => 'Fri, 31 Dec 9999 23:59:59 GMT', 600_000, 2_000],
  ['a date that has passed', () => 'Sat, 21 Nov 2020 12:00:00 GMT', 1_000, 2_000],
  ['half a second', () => '0.5', 1_000, 2_000],
  ['a word', () => 'soon', 1_000, 2_000],
  ['a number below nothing', () => '-5', 1_000, 2_000],
])('a Retry-After of %s is obeyed, capped at ten minutes, or ignored', async (_, retryAfter, least, window) => {
  for (const status of [429, 503]) {
    await using world = await startClient((_received, response) => {
      response.writeHead(status, { 'retry-after': retryAfter() }).end();
    });
    await vi.waitFor(() => expect(world.clock.hasTimerIn(least + window / 2)).toBe(true));
    world.clock.advance(least + window / 2 - 1);
    await new Promise(setImmediate);
    expect(world.wire.received).toHaveLength(1);
    world.clock.advance(1);
    await vi.waitFor(() => expect(world.wire.received).toHaveLength(2));
  }
});

test('1,000 nudged clients ask again within two seconds each, spread, and once in two seconds under a storm', async () => {
  const { keepConnected } = await import('./connection.ts');
  const clock = new FakeClock();
  const asked: number[][] = [];
  const nudge: (() => void)[] = [];
  for (let number = 0; number < 1_000; number += 1) {
    const times: number[] = [];
    asked.push(times);
    const open = () => {
      times.push(clock.now());
      return () => {};
    };
    const source = { kind: 'static' as const, open };
    const random = () => ((number * 617) % 1_000) / 1_000;
    const connection = keepConnected({ clock, random, onReport: () => true, onFailure: () => {} }, source);
    connection.open();
    nudge.push(connection.reopenSoon);
  }
  const start = clock.now();
  for (const run of nudge) run();
  clock.advance(2_000);
  const first = asked.map((times) => (times[1] ?? Number.NaN) - start);
  expect(first.every((at) => at >= 0 && at < 2_000)).toBe(true);
  for (let from = 0; from < 2_000; from += 200)
    expect(first.filter((at) => at >= from && at < from + 200)).toHaveLength(100);
  for (let passed = 0; passed < 20_000; passed += 20) {
    for (const run of nudge) run();
    clock.advance(20);
  }
  for (const times of asked) {
    const gaps = times.slice(2).map((at, index) => at - (times[index + 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...gaps)).toBeLessThan(4_040);
  }
});
