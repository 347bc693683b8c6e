import { type BurgeeClient, createClient } from '@burgee/client';
import { createServerClient, type ServerClient } from '@burgee/client/server';
import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoApi, startDemoApi } from './support.ts';

let demo: DemoApi;
beforeAll(async () => {
  demo = await startDemoApi();
});
afterAll(() => demo[Symbol.asyncDispose]());

test('a browser and a server decide alike, for every user', async () => {
  await using server = await serverClient();
  for (let user = 0; user < 40; user++) {
    const context = { targetingKey: `user-${user}`, country: user % 2 ? 'NO' : 'DE', appVersion: '4.2.0' };
    await using browser = await browserClient(context);
    for (const [key, { value }] of browser.client.evaluations)
      expect([key, value]).toEqual([key, server.client.evaluate(key, context).value]);
    expect(browser.client.evaluations.size).toBeGreaterThan(5);
  }
});

test('tells a browser nothing about flags that are not for it, nor any rule', async () => {
  await using browser = await browserClient({ targetingKey: 'ada' });
  expect(browser.client.evaluation('payments-kill-switch')).toBeUndefined();
  expect(JSON.stringify([...browser.client.evaluations.values()])).not.toMatch(/rollout|"if"|segment|attr/);
});

test('a change in the database reaches both within two seconds', async () => {
  await using browser = await browserClient({ targetingKey: 'ada' });
  await using server = await serverClient();
  await demo.change('gift-cards', 'enabled = false');
  const off = () => {
    expect(browser.client.value('gift-cards', true)).toBe(false);
    expect(server.client.value('gift-cards', true, { targetingKey: 'ada' })).toBe(false);
  };
  await eventually(off, { timeoutMs: 2_000 });
  await demo.change('gift-cards', 'enabled = true');
  await eventually(() => expect(server.client.value('gift-cards', false, {})).toBe(true), { timeoutMs: 2_000 });
  await eventually(() => expect(browser.client.value('gift-cards', false)).toBe(true), { timeoutMs: 2_000 });
});

test('another context is decided anew', async () => {
  await using browser = await browserClient({ targetingKey: 'ada', plan: 'guest' });
  expect(browser.client.value('free-shipping-banner', '')).toContain('50');
  await browser.client.setContext({ targetingKey: 'ada', plan: 'member' });
  expect(browser.client.value('free-shipping-banner', '')).toContain('Members');
});

test('a browser that may only poll is as right', async () => {
  await using browser = await browserClient({ targetingKey: 'ada' }, { source: 'poll', pollIntervalMs: 200 });
  await demo.change('search-v2', 'enabled = true');
  await demo.change('dark-storefront', 'enabled = false');
  await eventually(() => expect(browser.client.value('dark-storefront', true)).toBe(false), { timeoutMs: 2_000 });
});

test('uses are counted under the name of the application', async () => {
  const browser = await browserClient({ targetingKey: 'ada' });
  const server = await serverClient();
  browser.client.value('gift-cards', false);
  server.client.value('gift-cards', false, { targetingKey: 'ada' });
  server.client.value('no-such-flag', false, {});
  await Promise.all([browser.client.close(), server.client.close()]);
  await eventually(
    async () => {
      const used = await demo.database.sql<{ application: string }>(
        `select distinct application from burgee.flag_exposure where flag_key = 'gift-cards' and source = 'used' order by application`,
      );
      expect(used.map((row) => row.application)).toEqual(['browser', 'server']);
      expect(await demo.database.sql(`select flag_key from burgee.unknown_flag`)).toEqual([
        { flag_key: 'no-such-flag' },
      ]);
    },
    { timeoutMs: 15_000 },
  );
});

test('both keep their values while the api is away, and come back by themselves', async () => {
  await using browser = await browserClient({ targetingKey: 'ada' });
  await using server = await serverClient();
  await demo.stopApi();
  await eventually(() => expect([browser.client.state, server.client.state]).toEqual(['stale', 'stale']), {
    timeoutMs: 5_000,
  });
  expect(browser.client.value('gift-cards', false)).toBe(true);
  expect(server.client.value('gift-cards', false, {})).toBe(true);
  await demo.restartApi();
  await eventually(() => expect([browser.client.state, server.client.state]).toEqual(['live', 'live']), {
    timeoutMs: 20_000,
  });
});

async function browserClient(
  context: Record<string, unknown>,
  more: { source?: 'poll'; pollIntervalMs?: number } = {},
) {
  const client: BurgeeClient = createClient({
    url: demo.url,
    key: demo.clientKey,
    context,
    application: 'browser',
    storage: null,
    ...more,
  });
  client.start();
  await client.ready();
  expect(client.state).toBe('live');
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

async function serverClient() {
  const client: ServerClient = createServerClient({ url: demo.url, key: demo.serverKey, application: 'server' });
  await client.ready();
  expect(client.state).toBe('live');
  return { client, [Symbol.asyncDispose]: () => client.close() };
}
