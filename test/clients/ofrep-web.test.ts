import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { type Client, OpenFeature, type Provider, ProviderEvents } from '@openfeature/web-sdk';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FetchEventSource } from './event-source.ts';
import { type Served, serve } from './served.ts';

let served: Served;
let client: Client;
beforeAll(async () => {
  vi.stubGlobal('EventSource', FetchEventSource);
  served = await serve();
  await OpenFeature.setContext({ targetingKey: 'ann', country: 'NO' });
  const headers: [string, string][] = [['Authorization', `Bearer ${served.keys.client}`]];
  // its declarations are not made for exact optional properties
  const provider = new OFREPWebProvider({ baseUrl: served.url, headers, pollInterval: 0 }) as unknown as Provider;
  await OpenFeature.setProviderAndWait(provider);
  client = OpenFeature.getClient();
});
afterAll(async () => {
  await OpenFeature.close();
  await served.stop();
  vi.unstubAllGlobals();
});

test('the official web provider is answered in bulk about every type', () => {
  expect(client.getBooleanDetails('checkout', false)).toMatchObject({ value: true, variant: 'on', reason: 'STATIC' });
  expect(client.getStringDetails('banner', '')).toMatchObject({ value: 'Hello' });
  expect(client.getNumberDetails('limit', 0)).toMatchObject({ value: 3 });
  expect(client.getNumberDetails('price', 0)).toMatchObject({ value: 2 });
  expect(client.getObjectDetails('layout', {})).toMatchObject({ value: { columns: 3 } });
  expect(client.getBooleanDetails('nordic', false)).toMatchObject({ value: true, reason: 'TARGETING_MATCH' });
  expect(client.getBooleanDetails('off', true)).toMatchObject({ value: false, reason: 'STATIC' });
  expect(client.getStringDetails('unset', 'code')).toMatchObject({ value: 'code' });
  expect(client.getBooleanDetails('missing', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
});

test('the official web provider is nudged by the stream and asks again by itself', async () => {
  const changed = new Promise<readonly string[]>((resolve) => {
    client.addHandler(ProviderEvents.ConfigurationChanged, (event) => resolve(event?.flagsChanged ?? []));
  });
  await served.set('checkout', { enabled: false });
  expect(await changed).toEqual(['checkout']);
  expect(client.getBooleanDetails('checkout', true)).toMatchObject({ value: false, variant: 'off' });
});

test('the official web provider decides anew for another context', async () => {
  await OpenFeature.setContext({ targetingKey: 'ann', country: 'DE' });
  expect(client.getBooleanDetails('nordic', true)).toMatchObject({ value: false, reason: 'DEFAULT' });
});
