import { expect, test, vi } from 'vitest';
import { startClient, storageInMemory } from './testing/started-client.ts';
import { beginStream, sendEvent, sendJson, streaming, type WireServer } from './testing/wire-server.ts';

type Response = Parameters<WireServer['answer']>[1];

const on = { value: true, variant: 'on', reason: 'STATIC' };
const off = { value: false, variant: 'off', reason: 'STATIC' };
const said = {
  version: '1.a',
  flags: { checkout: on, banner: { value: 'Hello', variant: 'hello', reason: 'DEFAULT' } },
};

test('serves the default, then what the service decided', async () => {
  await using world = await startClient(streaming('decisions', said));
  expect(world.client.value('checkout', false)).toBe(false);
  await world.live();
  expect(world.client.value('checkout', false)).toBe(true);
  expect(world.client.value('banner', '')).toBe('Hello');
  expect(world.client.evaluation('checkout')).toEqual({ flagKey: 'checkout', ...on });
  expect(world.wire.received[0]).toMatchObject({
    method: 'POST',
    path: '/v1/decisions',
    body: '{"context":{"targetingKey":"ada"}}',
  });
  expect(world.wire.received[0]?.headers).toMatchObject({
    authorization: 'Bearer bgy_client_x',
    accept: 'text/event-stream',
  });
});

test('serves the default for a value of another type', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  expect(world.client.value('banner', 3)).toBe(3);
  expect(world.client.value('checkout', { a: 1 })).toEqual({ a: 1 });
});

test('takes over changes and removals that are pushed, and ignores events it does not know', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  const before = world.client.evaluation('banner');
  const stream = world.wire.open[0]!;
  sendEvent(stream, 'weather', { sunny: true });
  sendEvent(stream, 'changed', { version: '2.b', flags: { checkout: off }, removed: [] });
  await vi.waitFor(() => expect(world.client.value('checkout', true)).toBe(false));
  expect(world.client.evaluation('banner')).toBe(before);
  sendEvent(stream, 'changed', { version: '3.c', flags: {}, removed: ['checkout'] });
  await vi.waitFor(() => expect(world.client.evaluation('checkout')).toBeUndefined());
  expect(world.states).toEqual(['connecting', 'live']);
});

test('keeps what it holds when the stream is cut, says that it is stale, and comes back', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  world.wire.open[0]!.destroy();
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  expect(world.client.value('checkout', false)).toBe(true);
  world.clock.advance(3_000);
  await world.live();
  expect(world.states).toEqual(['connecting', 'live', 'stale', 'live']);
});

test('comes back after the wait a draining server asked for, without an error', async () => {
  await using world = await startClient((_, response) => {
    sendEvent(beginStream(response), 'decisions', said);
    response.end('retry: 9000\n\n');
  });
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  world.clock.advance(8_999);
  expect(world.client.state).toBe('stale');
  expect(world.errors).toEqual([]);
  world.clock.advance(2_001);
  await vi.waitFor(() => expect(world.wire.received).toHaveLength(2));
});

test('asks again within two seconds, once, when it is only told that something changed', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  world.wire.answer = streaming('decisions', { version: '2.b', flags: { checkout: off } });
  for (let times = 0; times < 3; times++) sendEvent(world.wire.open[0]!, 'refetch', { version: '2.b' });
  await vi.waitFor(() => expect(world.clock.hasTimerIn(1_000)).toBe(true));
  world.clock.advance(2_000);
  await vi.waitFor(() => expect(world.client.value('checkout', true)).toBe(false));
  expect(world.wire.received).toHaveLength(2);
  expect(world.client.state).toBe('live');
});

test('polls where streams do not pass', async () => {
  await using world = await startClient(({ headers }, response) => {
    if (headers.accept !== 'application/json') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    else if (headers['if-none-match']) response.writeHead(304).end();
    else sendJson(response, said, { etag: '"1"' });
  });
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  world.clock.advance(3_000);
  await world.live();
  await vi.waitFor(() => expect(world.clock.nextInMs).toBe(1_500));
  world.clock.advance(1_500);
  await vi.waitFor(() => expect(world.wire.received).toHaveLength(3));
  expect(world.client.state).toBe('live');
});

test('keeps its values on a key that is refused for ever, says so once, and asks at most three times in ten minutes', async () => {
  const stored = storageInMemory();
  await using first = await startClient(streaming('decisions', said), { storage: stored });
  await first.live();
  first.wire.answer = (_, response) => response.writeHead(401).end();
  const before = first.wire.received.length;
  first.wire.open[0]!.destroy();
  await vi.waitFor(() => expect(first.client.state).toBe('stale'));
  for (let second = 0; second < 600; second += 5) {
    first.clock.advance(5_000);
    await new Promise(setImmediate);
  }
  await vi.waitFor(() => expect(first.errors.filter((error) => error.code === 'BURGEE_CLIENT_001')).toHaveLength(1));
  expect(first.wire.received.length - before).toBeLessThanOrEqual(3);
  expect(first.client.value('checkout', false)).toBe(true);
  await first.client.setContext({ targetingKey: 'ada', country: 'NO' });
  expect(first.wire.received.length - before).toBeLessThanOrEqual(3);
});

test.each([
  ['an error', (response: Response) => response.writeHead(500).end(), 'BURGEE_CLIENT_003'],
  [
    'broken JSON',
    (response: Response) => void beginStream(response).write('event: decisions\ndata: {"vers\n\n'),
    'BURGEE_CLIENT_004',
  ],
  ['another shape', (response: Response) => sendEvent(beginStream(response), 'decisions', [1]), 'BURGEE_CLIENT_004'],
  ['a wrong content type', (response: Response) => sendJson(response, said), 'BURGEE_CLIENT_004'],
  ['a cut connection', (response: Response) => void response.destroy(), 'BURGEE_CLIENT_002'],
  [
    'too many requests',
    (response: Response) => response.writeHead(429, { 'retry-after': '60' }).end(),
    'BURGEE_CLIENT_003',
  ],
])('serves what it was given when the service answers with %s, and says so once', async (_, answer, code) => {
  await using world = await startClient((_received, response) => answer(response), { initial: { checkout: true } });
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  world.clock.advance(4_000);
  await new Promise(setImmediate);
  expect(world.client.value('checkout', false)).toBe(true);
  expect(world.errors.map((error) => error.code)).toEqual([code]);
});

test('starts from local storage when the service is away, and marks that as remembered', async () => {
  const stored = storageInMemory();
  await using first = await startClient(streaming('decisions', said), { storage: stored });
  await first.live();
  await using second = await startClient((_, response) => response.destroy(), {
    storage: stored,
    url: first.wire.url,
    initial: { checkout: false },
  });
  expect(second.client.value('checkout', false)).toBe(true);
  expect(second.client.evaluation('checkout')?.reason).toBe('CACHED');
});

test('shows what the page was rendered with before local storage', async () => {
  const stored = storageInMemory();
  await using first = await startClient(streaming('decisions', said), { storage: stored });
  await first.live();
  const options = { storage: stored, url: first.wire.url, initial: { checkout: false }, hydrate: true };
  await using second = await startClient((_, response) => response.destroy(), options);
  expect(second.client.value('checkout', true)).toBe(false);
});

test('survives a storage that throws', async () => {
  const refuse = () => {
    throw new Error('QuotaExceeded');
  };
  await using world = await startClient(streaming('decisions', said), {
    storage: { getItem: refuse, setItem: refuse },
  });
  await world.live();
  expect(world.client.value('checkout', false)).toBe(true);
  expect(world.errors.map((error) => error.code)).toContain('BURGEE_CLIENT_005');
});

test('asks with the targeting key alone when the context is not JSON', async () => {
  const circular: Record<string, unknown> = { targetingKey: 'ada' };
  circular.self = circular;
  await using world = await startClient(streaming('decisions', said), { context: circular });
  await world.live();
  expect(world.wire.received[0]?.body).toBe('{"context":{"targetingKey":"ada"}}');
  expect(world.errors.map((error) => error.code)).toEqual(['BURGEE_CLIENT_006']);
});

test.each<[string, unknown]>([
  ['null', null],
  ['a targeting key that throws', Object.defineProperty({}, 'targetingKey', { get: () => expect.fail('not for you') })],
])('survives a context that is none: %s', async (_, context) => {
  await using world = await startClient(streaming('decisions', said), { context: context as object });
  await world.live();
  await world.client.setContext({ targetingKey: 'ada' });
  await world.client.setContext(context as object);
  expect(world.client.value('checkout', false)).toBe(true);
});

test('survives a url that is none, and says so', async () => {
  await using world = await startClient(streaming('decisions', said), { url: undefined as unknown as string });
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  expect(world.errors.map((error) => error.message)).toEqual([
    expect.stringMatching(/^BURGEE_CLIENT_002: undefined\/v1\/decisions: .*URL/),
  ]);
});

test('takes a good answer after a bad one that came under the same ETag', async () => {
  let body = '{"version":"1.a","fla';
  await using world = await startClient(
    ({ headers }, response) => {
      if (headers['if-none-match']) response.writeHead(304).end();
      else response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end(body);
    },
    { source: 'poll' },
  );
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  body = JSON.stringify(said);
  await vi.waitFor(() => expect(world.clock.nextInMs).toBeGreaterThan(0));
  world.clock.advance(3_000);
  await world.live();
  expect(world.client.value('checkout', false)).toBe(true);
});

test('comes back to a context whose successor was never answered', async () => {
  await using world = await startClient(
    ({ headers, body }, response) => {
      if (body.includes('bob')) return;
      if (headers['if-none-match']) response.writeHead(304).end();
      else sendJson(response, said, { etag: '"ada"' });
    },
    { source: 'poll' },
  );
  await world.live();
  void world.client.setContext({ targetingKey: 'bob' });
  await vi.waitFor(() => expect(world.wire.received).toHaveLength(2));
  void world.client.setContext({ targetingKey: 'ada' });
  await world.live();
  expect(world.client.value('checkout', false)).toBe(true);
});

test('asks within two seconds once the page has its network back', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  await using world = await startClient((_, response) => response.writeHead(500).end());
  await vi.waitFor(() => expect(world.clock.hasTimerIn(2_000)).toBe(true));
  world.clock.advance(2_000);
  await vi.waitFor(() => expect(world.clock.hasTimerIn(3_500)).toBe(true));
  world.wire.answer = streaming('decisions', said);
  page.dispatchEvent(new Event('online'));
  world.clock.advance(2_000);
  await world.live();
  await world.client.close();
  page.dispatchEvent(new Event('online'));
  expect(world.clock.nextInMs).toBeUndefined();
  vi.unstubAllGlobals();
});

test('is not kept from asking by a clock that was set back', async () => {
  await using world = await startClient((_, response) => response.writeHead(429, { 'retry-after': '60' }).end());
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  world.wire.answer = streaming('decisions', said);
  world.clock.setBack(3_600_000);
  world.clock.advance(62_000);
  await world.live();
  void world.client.setContext({ targetingKey: 'bob' });
  await vi.waitFor(() => expect(world.wire.received).toHaveLength(3));
});

test('asks for no other context before the service allows it', async () => {
  await using world = await startClient((_, response) => response.writeHead(429, { 'retry-after': '60' }).end());
  await vi.waitFor(() => expect(world.client.state).toBe('offline'));
  await world.client.setContext({ targetingKey: 'bob' });
  expect(world.wire.received).toHaveLength(1);
});

test('decides anew for another context', async () => {
  await using world = await startClient(({ body }, response) => {
    const flags = { checkout: body.includes('bob') ? off : on };
    sendEvent(beginStream(response), 'decisions', { version: '1.a', flags });
  });
  await world.live();
  const changed = world.client.setContext({ targetingKey: 'bob' });
  expect(world.client.value('checkout', false)).toBe(true);
  await changed;
  expect(world.client.value('checkout', true)).toBe(false);
  await vi.waitFor(() => expect(world.wire.open).toHaveLength(1));
});

test('forgets the decisions of one user when those of the next cannot be had', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  world.wire.answer = (_, response) => response.writeHead(500).end();
  await world.client.setContext({ targetingKey: 'bob' });
  expect(world.client.value('checkout', false)).toBe(false);
  expect(world.client.state).toBe('offline');
});

test('calls a subscriber until it is undone, and survives one that throws', async () => {
  await using world = await startClient(streaming('decisions', said));
  let calls = 0;
  world.client.subscribe(() => {
    throw new Error('mine');
  });
  const undo = world.client.subscribe(() => calls++);
  await world.live();
  undo();
  const before = calls;
  expect(before).toBeGreaterThan(0);
  world.wire.open[0]!.destroy();
  await vi.waitFor(() => expect(world.client.state).toBe('stale'));
  expect(calls).toBe(before);
  expect(world.errors.map((error) => error.code)).toContain('BURGEE_CLIENT_007');
});

test('is ready after the first answer, good or bad, or after its time', async () => {
  await using world = await startClient((_, response) => response.destroy());
  await world.client.ready();
  expect(world.client.state).toBe('offline');
  await using hanging = await startClient(() => {});
  const ready = hanging.client.ready(2_000);
  hanging.clock.advance(2_000);
  await ready;
  expect(hanging.client.state).toBe('connecting');
});

test('holds no connection and asks nothing more once it is closed', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  await world.client.close();
  await vi.waitFor(() => expect(world.wire.open).toHaveLength(0));
  world.clock.advance(600_000);
  expect(world.wire.received).toHaveLength(1);
  expect(world.client.state).toBe('closed');
  expect(world.client.value('checkout', false)).toBe(true);
});
