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

function exposures(wire: WireServer): Record<string, unknown>[] {
  return wire.received.filter(({ path }) => path === '/v1/exposures').map(({ body }) => JSON.parse(body));
}
