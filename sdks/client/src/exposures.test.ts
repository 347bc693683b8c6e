import { expect, test, vi } from 'vitest';
import { startClient } from './testing/started-client.ts';
import { streaming, type WireServer } from './testing/wire-server.ts';

const on = { value: true, variant: 'on', reason: 'STATIC' };
const said = {
  version: '1.a',
  flags: { checkout: on, banner: { value: 'Hello', variant: 'hello', reason: 'DEFAULT' } },
};

test('counts uses and unknown flags, and tells them once a minute and at the end', async () => {
  await using world = await startClient(streaming('decisions', said), { application: 'shop' });
  await world.live();
  world.client.value('checkout', false);
  world.client.value('checkout', false);
  world.client.value('nowhere', false);
  await world.aMinuteOfHealth();
  await vi.waitFor(() => expect(exposures(world.wire)).toHaveLength(1));
  const count = { flag: 'checkout', variant: 'on', count: 2, hour: '2026-11-21T12:00:00.000Z', source: 'used' };
  expect(exposures(world.wire)[0]).toMatchObject({ application: 'shop', counts: [count], unknown: ['nowhere'] });
  world.client.value('banner', '');
  await world.client.close();
  expect(exposures(world.wire)[1]).toMatchObject({
    counts: [{ flag: 'banner', variant: 'hello', count: 1 }],
    unknown: [],
  });
});

test('counts a value without a name too, and no error', async () => {
  const flags = { size: { value: 3, reason: 'STATIC' }, gone: { reason: 'ERROR', errorCode: 'PARSE_ERROR' } };
  await using world = await startClient(streaming('decisions', { version: '1.a', flags }));
  await world.live();
  expect([world.client.value('size', 1), world.client.value('gone', 2)]).toEqual([3, 2]);
  await world.client.close();
  expect(exposures(world.wire)[0]).toMatchObject({ counts: [{ flag: 'size', variant: '', count: 1 }], unknown: [] });
});

test('sends a batch that failed again under its own id', async () => {
  let refuse = true;
  await using world = await startClient((received, response) => {
    if (received.path === '/v1/exposures' && refuse) response.writeHead(503).end();
    else streaming('decisions', said)(received, response);
  });
  await world.live();
  world.client.value('checkout', false);
  await world.aMinuteOfHealth();
  await vi.waitFor(() => expect(exposures(world.wire)).toHaveLength(1));
  refuse = false;
  await vi.waitFor(() => expect(world.clock.hasTimerIn(63_000)).toBe(true));
  await world.aMinuteOfHealth();
  await vi.waitFor(() => expect(exposures(world.wire)).toHaveLength(2));
  expect(exposures(world.wire)[1]).toEqual(exposures(world.wire)[0]);
});

test('counts no more unknown flags than it may, and nothing while the service is away', async () => {
  await using world = await startClient(streaming('decisions', said));
  world.client.value('nowhere', false);
  await world.live();
  for (let at = 0; at < 150; at++) world.client.value(`nowhere-${at}`, false);
  await world.client.close();
  const { counts, unknown } = exposures(world.wire)[0] as { counts: unknown[]; unknown: string[] };
  expect(counts).toEqual([]);
  expect(unknown).toHaveLength(100);
  expect(unknown).not.toContain('nowhere');
});

test('counts each hour apart', async () => {
  await using world = await startClient(streaming('decisions', said));
  await world.live();
  world.client.value('checkout', false);
  world.clock.setBack(1);
  world.client.value('checkout', false);
  world.client.value('checkout', false);
  await world.client.close();
  expect(exposures(world.wire)[0]?.counts).toMatchObject([
    { flag: 'checkout', count: 1, hour: '2026-11-21T12:00:00.000Z' },
    { flag: 'checkout', count: 2, hour: '2026-11-21T11:00:00.000Z' },
  ]);
});

test('tells uses from pages without https, and lets the request outlive a page that is left', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const asked: RequestInit[] = [];
  const remember: typeof fetch = (url, init) => {
    if (String(url).endsWith('/v1/exposures')) asked.push(init ?? {});
    return fetch(url, init);
  };
  await using world = await startClient(streaming('decisions', said), { fetch: remember });
  await world.live();
  world.client.value('checkout', false);
  page.dispatchEvent(new Event('pagehide'));
  await vi.waitFor(() => expect(exposures(world.wire)).toHaveLength(1));
  expect(asked[0]?.keepalive).toBe(true);
  expect(exposures(world.wire)[0]?.batchId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  vi.unstubAllGlobals();
});

function exposures(wire: WireServer): Record<string, unknown>[] {
  return wire.received.filter(({ path }) => path === '/v1/exposures').map(({ body }) => JSON.parse(body));
}
