import { OFREPProvider } from '@openfeature/ofrep-provider';
import { type Client, type EvaluationDetails, type FlagValue, OpenFeature } from '@openfeature/server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Served, serve } from './served.ts';

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

const user = { targetingKey: 'ann' };
type Ask = (asked: Client) => Promise<EvaluationDetails<FlagValue>>;
const questions: readonly [string, Ask, object][] = [
  ['a boolean', (c) => c.getBooleanDetails('checkout', false, user), { value: true, variant: 'on', reason: 'STATIC' }],
  ['metadata', (c) => c.getBooleanDetails('checkout', false, user), { flagMetadata: { team: 'shop' } }],
  ['a string', (c) => c.getStringDetails('banner', '', user), { value: 'Hello', variant: 'plain', reason: 'STATIC' }],
  ['an integer', (c) => c.getNumberDetails('limit', 0, user), { value: 3, variant: 'low' }],
  ['a float', (c) => c.getNumberDetails('price', 0, user), { value: 2, variant: 'whole' }],
  [
    'an object',
    (c) => c.getObjectDetails('layout', {}, user),
    { value: { columns: 3, names: ['a', 'b'] }, variant: 'wide' },
  ],
  [
    'a rule that matches',
    (c) => c.getBooleanDetails('nordic', false, { ...user, country: 'NO' }),
    { value: true, reason: 'TARGETING_MATCH' },
  ],
  [
    'a version that matches',
    (c) => c.getBooleanDetails('nordic', false, { ...user, version: '2.1.0' }),
    { value: true, reason: 'TARGETING_MATCH' },
  ],
  [
    'no rule that matches',
    (c) => c.getBooleanDetails('nordic', true, { country: 'DE' }),
    { value: false, reason: 'DEFAULT' },
  ],
  ['no context at all', (c) => c.getBooleanDetails('nordic', true), { value: false, reason: 'DEFAULT' }],
  ['a split', (c) => c.getStringDetails('half', '', user), { value: expect.stringMatching(/^[AB]$/), reason: 'SPLIT' }],
  [
    'a split without a targeting key',
    (c) => c.getStringDetails('half', 'code', {}),
    { value: 'code', reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' },
  ],
  [
    'a flag that is off',
    (c) => c.getBooleanDetails('off', true, user),
    { value: false, variant: 'off', reason: 'STATIC' },
  ],
  ['a flag that is off without a value', (c) => c.getStringDetails('unset', 'code', user), { value: 'code' }],
  ['a flag that leaves it to the code', (c) => c.getNumberDetails('undecided', 7, user), { value: 7 }],
  [
    'a flag that is not there',
    (c) => c.getBooleanDetails('missing', true, user),
    { value: true, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
  ],
  [
    'a flag of another type',
    (c) => c.getBooleanDetails('banner', true, user),
    { value: true, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' },
  ],
  [
    'a context of a type that no rule can compare',
    (c) => c.getBooleanDetails('nordic', true, { version: 2 }),
    { value: true, reason: 'ERROR', errorCode: 'INVALID_CONTEXT' },
  ],
];

test.each(questions)('the official server provider is answered about %s', async (_name, ask, answer) => {
  expect(await ask(client)).toMatchObject(answer);
});

test('the official server provider sees a change with its next question', async () => {
  await served.set('banner', { default_serve: 'loud' });
  await expect.poll(() => client.getStringValue('banner', '', user)).toBe('HELLO!');
});

test('the official server provider falls back to the code with a key that is unknown', async () => {
  const stranger = await clientWith(`${served.keys.server.slice(0, -1)}~`, 'stranger');
  expect(await stranger.getBooleanDetails('checkout', false)).toMatchObject({ value: false, reason: 'ERROR' });
});
