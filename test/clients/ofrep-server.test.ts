import { OFREPProvider } from '@openfeature/ofrep-provider';
import {
  type Client,
  type EvaluationDetails,
  type FlagValue,
  type JsonValue,
  OpenFeature,
} from '@openfeature/server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectedOf, type Question, questions } from './questions.ts';
import { patiently, type Served, serve } from './served.ts';

let served: Served;
let client: Client;
beforeAll(async () => {
  served = await serve();
  client = await clientWith(served.keys.server, 'server');
});
afterAll(async () => {
  await OpenFeature.close();
  await served.stop();
});

async function clientWith(key: string, domain: string): Promise<Client> {
  const headers: [string, string][] = [['Authorization', `Bearer ${key}`]];
  await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: served.url, headers }));
  return OpenFeature.getClient(domain);
}

function ask({ flag, type, default: code, context = {} }: Question): Promise<EvaluationDetails<FlagValue>> {
  switch (type) {
    case 'boolean':
      return client.getBooleanDetails(flag, code as boolean, context);
    case 'string':
      return client.getStringDetails(flag, code as string, context);
    case 'object':
      return client.getObjectDetails(flag, code as JsonValue, context);
    default:
      return client.getNumberDetails(flag, code as number, context);
  }
}

test.each(questions)('the official server provider is answered about $ask', async (question) => {
  const { errorCode: error, ...details } = await ask(question);
  expect({ ...details, error }).toMatchObject(expectedOf(question, 'javascript'));
});

test('the official server provider is told metadata', async () => {
  expect(await client.getBooleanDetails('checkout', false)).toMatchObject({ flagMetadata: { team: 'shop' } });
});

test('the official server provider sees a change with its next question', async () => {
  await served.set('banner', { default_serve: 'loud' });
  await expect.poll(() => client.getStringValue('banner', ''), patiently).toBe('HELLO!');
});

test('the official server provider falls back to the code with a key that is unknown', async () => {
  const stranger = await clientWith(`${served.keys.server.slice(0, -1)}~`, 'stranger');
  expect(await stranger.getBooleanDetails('checkout', false)).toMatchObject({ value: false, reason: 'ERROR' });
});
