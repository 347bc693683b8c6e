import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningShop, startShop } from './start-shop.ts';

let burgee: Awaited<ReturnType<typeof startRulesetServer>>;
let shop: RunningShop;
const folder = mkdtempSync(join(tmpdir(), 'burgee-shop-'));
const environment = () => ({
  PORT: '0',
  BURGEE_URL: burgee.url,
  BURGEE_SERVER_KEY: 'bgy_server_x',
  BURGEE_CLIENT_KEY: 'bgy_client_x',
  SHOP_CACHE_FILE: join(folder, 'ruleset.json'),
});

beforeAll(async () => {
  burgee = await startRulesetServer();
  shop = await startShop(environment());
});
afterAll(async () => {
  await shop.stop();
  await burgee.close();
  rmSync(folder, { recursive: true });
});

const order = '{ placeOrder(input: { lines: [{ productId: "mug", quantity: 2 }] }) { checkout totalCents } }';
const refund = '{ refundOrder(orderId: "7") { message } }';
const boolean = (key: string, decided: 'on' | 'off') => {
  return { key, enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', default: decided };
};

test('takes an order by the checkout that the flag chooses', async () => {
  await burgee.serve({ 'new-checkout': boolean('new-checkout', 'on') });
  await answers(order, { data: { placeOrder: { checkout: 'new', totalCents: 3600 } } });
  await burgee.serve({ 'new-checkout': boolean('new-checkout', 'off') });
  await answers(order, { data: { placeOrder: { checkout: 'old', totalCents: 4190 } } });
});

test('searches by the engine that the flag chooses', async () => {
  const search = '{ products(search: "tea half") { id } }';
  await burgee.serve({ 'search-v2': boolean('search-v2', 'on') });
  await answers(search, { data: { products: [{ id: 'mug' }] } }, 'query');
  await burgee.serve({ 'search-v2': boolean('search-v2', 'off') });
  await answers(search, { data: { products: [] } }, 'query');
});

test('refuses a cart that cannot be', async () => {
  const { errors } = await mutate('{ placeOrder(input: { lines: [{ productId: "moon", quantity: 1 }] }) { id } }');
  expect(errors?.[0]?.message).toBe('There is no product moon.');
});

test('lets only those refund whom the flag names, over GraphQL and REST', async () => {
  const rules = [{ id: 'ada', if: [{ attr: 'targetingKey', op: 'equals', values: ['ada'] }], serve: 'on' }];
  await burgee.serve({ 'refund-orders': { ...boolean('refund-orders', 'off'), rules } });
  await vi.waitFor(async () => expect((await refundByRest('ada')).status).toBe(201));
  expect((await mutate(refund, 'ada')).data).toEqual({ refundOrder: { message: 'Order 7 is refunded.' } });
  expect((await mutate(refund, 'bob')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect((await mutate(refund)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect((await refundByRest('bob')).status).toBe(404);
});

test('tells the storefront where Burgee is', async () => {
  const answer = await fetch(`${shop.url}/config.json`);
  expect(await answer.json()).toEqual({ burgeeUrl: burgee.url, clientKey: 'bgy_client_x' });
});

test('decides by what it has, and after a restart by its cache file, while Burgee is away', async () => {
  await burgee.serve({ 'new-checkout': boolean('new-checkout', 'on') });
  await answers(order, { data: { placeOrder: { checkout: 'new', totalCents: 3600 } } });
  await burgee.close();
  await answers(order, { data: { placeOrder: { checkout: 'new', totalCents: 3600 } } });
  await shop.stop();
  shop = await startShop(environment());
  await answers(order, { data: { placeOrder: { checkout: 'new', totalCents: 3600 } } });
  expect((await mutate(refund, 'ada')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('says in one sentence what is missing', async () => {
  await expect(startShop({})).rejects.toThrow('BURGEE_SERVER_KEY is missing');
  await expect(startShop({ ...environment(), PORT: 'many' })).rejects.toThrow('PORT is "many"');
});

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

async function ask(operation: string, selection: string, user?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(user ? { 'x-shop-user': user } : {}) };
  const body = JSON.stringify({ query: `${operation} ${selection}` });
  return (await (await fetch(`${shop.url}/graphql`, { method: 'POST', headers, body })).json()) as Answer;
}

function refundByRest(user: string): Promise<Response> {
  return fetch(`${shop.url}/orders/7/refund`, { method: 'POST', headers: { 'x-shop-user': user } });
}

function mutate(selection: string, user?: string): Promise<Answer> {
  return ask('mutation', selection, user);
}

function answers(selection: string, expected: Answer, operation = 'mutation'): Promise<void> {
  return vi.waitFor(async () => expect(await ask(operation, selection)).toEqual(expected));
}

/** The outside world of the shop: a server that streams whole rulesets, as Burgee does. */
async function startRulesetServer() {
  const streams = new Set<ServerResponse>();
  let version = 0;
  let event = '';
  const write = (flags: object) => {
    const ruleset = { format: 1, environment: 'shop/test', version: `${++version}.a`, flags, segments: {} };
    event = `event: ruleset\ndata: ${JSON.stringify(ruleset)}\n\n`;
  };
  write({});
  const server = createServer((request, response) => {
    if (request.method === 'POST') return void response.writeHead(202).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event);
    streams.add(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async serve(flags: object) {
      await vi.waitFor(() => expect(streams.size).toBeGreaterThan(0));
      write(flags);
      for (const stream of streams) stream.write(event);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
