import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestFlag } from '../main.support.ts';

const flags: readonly TestFlag[] = [
  { key: 'plain', clientVisible: true, metadata: { team: 'checkout' } },
  { key: 'switched-off', enabled: false },
  { key: 'switched-off-without-value', enabled: false, off: null },
  { key: 'no-default', type: 'string', variants: { a: 'A', b: 'B' }, default: null },
  { key: 'price', type: 'float', variants: { one: 1, half: 0.5 }, clientVisible: true },
  { key: 'count', type: 'integer', variants: { one: 1, two: 2 } },
  { key: 'layout', type: 'object', variants: { wide: { columns: 3 }, narrow: { columns: 1 } } },
  {
    key: 'nordic',
    clientVisible: true,
    rules: [{ id: 'nordics', if: [{ attr: 'country', op: 'in', values: ['NO', 'SE'] }], serve: 'on' }],
    default: 'off',
  },
  { key: 'quarter', rules: [{ id: 'some', rollout: 25 }], default: 'off' },
  { key: 'hidden' },
  { key: 'child', clientVisible: true, requires: [{ flag: 'hidden', variants: ['off'] }] },
];

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(flags);
});
afterAll(() => api.stop());

const one = '/ofrep/v1/evaluate/flags/';
const all = '/ofrep/v1/evaluate/flags';

const answers: readonly [key: string, context: object, answer: object][] = [
  ['plain', {}, { value: true, reason: 'STATIC', variant: 'on', metadata: { team: 'checkout' } }],
  ['switched-off', {}, { value: false, reason: 'STATIC', variant: 'off', metadata: {} }],
  ['switched-off-without-value', {}, { reason: 'DISABLED', variant: '', metadata: {} }],
  ['no-default', {}, { reason: 'STATIC', variant: '', metadata: {} }],
  ['count', {}, { value: 1, reason: 'STATIC', variant: 'one', metadata: {} }],
  ['layout', {}, { value: { columns: 3 }, reason: 'STATIC', variant: 'wide', metadata: {} }],
  ['nordic', { country: 'NO' }, { value: true, reason: 'TARGETING_MATCH', variant: 'on', metadata: {} }],
  ['nordic', { country: 'DE' }, { value: false, reason: 'DEFAULT', variant: 'off', metadata: {} }],
  ['child', {}, { value: false, reason: 'TARGETING_MATCH', variant: 'off', metadata: { prerequisite: 'hidden' } }],
];

test.each(answers)('answers %s for %j', async (key, context, answer) => {
  const response = await api.post(one + key, { body: { context } });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ key, ...answer });
});

test('writes a float with its point and an integer without', async () => {
  expect(await (await api.post(`${one}price`, { body: {} })).text()).toContain('"value":1.0,');
  expect(await (await api.post(`${one}count`, { body: {} })).text()).toContain('"value":1,');
});

test('answers without a body and without a targeting key', async () => {
  expect((await api.post(`${one}plain`)).status).toBe(200);
  expect((await api.post(all)).status).toBe(200);
});

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

const refusals: readonly [string, RequestInit & { path?: string }, number, string, string][] = [
  ['no key', { headers: { authorization: '' } }, 401, 'UNAUTHORIZED', 'send a key as Authorization: Bearer'],
  ['another scheme', { headers: { authorization: 'Basic abc' } }, 401, 'UNAUTHORIZED', 'Authorization: Bearer'],
  ['an unknown key', { headers: { authorization: 'Bearer bgy_server_test_nothing' } }, 401, 'UNAUTHORIZED', 'unknown'],
  [
    'no JSON',
    { body: '{"context": {"targetingKey": "a"' },
    400,
    'PARSE_ERROR',
    'body is not JSON: unexpected end at byte 32',
  ],
  [
    'a stray character',
    { body: '{"context": ?}' },
    400,
    'PARSE_ERROR',
    'body is not JSON: unexpected character at byte 12',
  ],
  ['a list as body', { body: '[]' }, 400, 'INVALID_CONTEXT', 'body must be an object'],
  ['a list as context', { body: '{"context":[]}' }, 400, 'INVALID_CONTEXT', 'context must be an object'],
  ['null as context', { body: '{"context":null}' }, 400, 'INVALID_CONTEXT', 'context must be an object'],
  [
    'a number as targeting key',
    { body: '{"context":{"targetingKey":1}}' },
    400,
    'INVALID_CONTEXT',
    'context.targetingKey must be a string of at most 1,024 bytes',
  ],
  [
    'a long targeting key',
    { body: JSON.stringify({ context: { targetingKey: 'ü'.repeat(513) } }) },
    400,
    'INVALID_CONTEXT',
    'at most 1,024 bytes',
  ],
  ['33 levels', { body: JSON.stringify({ context: deep(33) }) }, 400, 'INVALID_CONTEXT', '32 levels'],
  [
    '1,001 keys',
    { body: JSON.stringify({ context: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, 1])) }) },
    400,
    'INVALID_CONTEXT',
    '1,000 keys',
  ],
  ['65 KiB', { body: JSON.stringify({ context: { a: 'x'.repeat(65 * 1024) } }) }, 413, 'BODY_TOO_LARGE', 'larger'],
  [
    'another media type',
    { headers: { 'content-type': 'text/xml' }, body: '<a/>' },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'application/json only',
  ],
  [
    'an unknown flag',
    { path: `${one}nothing`, body: '{}' },
    404,
    'FLAG_NOT_FOUND',
    'no flag nothing in environment test',
  ],
  [
    '__proto__ as flag',
    { path: `${one}__proto__`, body: '{}' },
    404,
    'FLAG_NOT_FOUND',
    'no flag __proto__ in environment test',
  ],
  [
    'no targeting key for a rollout',
    { path: `${one}quarter`, body: '{}' },
    400,
    'TARGETING_KEY_MISSING',
    'targetingKey',
  ],
  ['GET', { method: 'GET', path: `${one}plain` }, 405, 'METHOD_NOT_ALLOWED', 'POST'],
  ['PUT', { method: 'PUT', path: all, body: '{}' }, 405, 'METHOD_NOT_ALLOWED', 'POST'],
];

test.each(refusals)(
  'refuses %s',
  async (_name, { path = `${one}plain`, headers, ...request }, status, code, sentence) => {
    const response = await fetch(api.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${api.keys.server}`, ...headers },
      ...request,
    });
    const body = (await response.json()) as { errorCode: string; errorDetails: string };
    expect({ status: response.status, code: body.errorCode }).toEqual({ status, code });
    expect(body.errorDetails).toContain(sentence);
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
    if (status === 401) expect(response.headers.get('www-authenticate')).toBe('Bearer');
  },
);

test('refuses two credentials and takes a key in X-API-Key', async () => {
  const both = await api.post(`${one}plain`, { headers: { 'x-api-key': api.keys.server } });
  expect(both.status).toBe(401);
  const headers = { 'x-api-key': api.keys.client };
  expect((await fetch(`${api.url}${one}plain`, { method: 'POST', headers })).status).toBe(200);
});

test('tells a relay key that this door is not for it', async () => {
  const response = await api.post(`${one}plain`, { key: api.keys.relay });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    errorCode: 'FORBIDDEN',
    errorDetails: expect.stringContaining('a client key'),
  });
});

test('stops reading a body that is sent in pieces and never says how long it is', async () => {
  const pieces = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))),
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.keys.server}` };
  const options = { method: 'POST', headers, body: pieces, duplex: 'half' };
  const status = await fetch(`${api.url}${one}plain`, options as RequestInit).then(
    (response) => response.status,
    () => 'cut', // the answer may come while the client still writes
  );
  expect([413, 'cut']).toContain(status);
});

test('shows a client key client-visible flags only, and no rule of theirs', async () => {
  const response = await api.post(all, { key: api.keys.client, body: { context: { country: 'NO' } } });
  const text = await response.text();
  const body = JSON.parse(text) as { flags: { key: string }[] };
  expect(body.flags.map(({ key }) => key).sort()).toEqual(['child', 'nordic', 'plain', 'price']);
  expect(text).not.toMatch(/nordics|prerequisite|hidden|ruleId/);
  const hidden = await api.post(`${one}hidden`, { key: api.keys.client });
  const missing = await api.post(`${one}missing`, { key: api.keys.client });
  expect([hidden.status, missing.status]).toEqual([404, 404]);
  const bodyOf = async (answer: Response, key: string) => (await answer.text()).replaceAll(key, 'KEY');
  expect(await bodyOf(hidden, 'hidden')).toBe(await bodyOf(missing, 'missing'));
});

test('gives a broken context its error for that flag only', async () => {
  const response = await api.post(all, { body: {} });
  const { flags: entries } = (await response.json()) as { flags: { key: string; errorCode?: string }[] };
  expect(entries).toHaveLength(flags.length);
  expect(entries.filter(({ errorCode }) => errorCode !== undefined)).toEqual([
    expect.objectContaining({ key: 'quarter', errorCode: 'TARGETING_KEY_MISSING' }),
  ]);
});

test('answers 304 while nothing changed for what rules read, and 200 for another country', async () => {
  const ask = (context: object, etag?: string) =>
    api.post(all, { body: { context }, headers: etag === undefined ? {} : { 'if-none-match': etag } });
  const first = await ask({ targetingKey: 'ann', country: 'NO' });
  const etag = first.headers.get('etag') ?? '';
  expect(first.status).toBe(200);
  const again = await ask({ targetingKey: 'ann', country: 'NO' }, etag);
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect((await ask({ targetingKey: 'ann', country: 'NO', shoes: 43 }, etag)).status).toBe(304);
  expect((await ask({ targetingKey: 'ann', country: 'SE' }, etag)).status).toBe(200);
  expect((await ask({ targetingKey: 'ann', country: 1 }, etag)).status).toBe(200);
  const asClient = { key: api.keys.client, body: { context: { targetingKey: 'ann', country: 'NO' } } };
  expect((await api.post(all, { ...asClient, headers: { 'if-none-match': etag } })).status).toBe(200);
});

test('lets pages of any origin ask, and shows them the etag', async () => {
  const preflight = await fetch(api.url + all, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  const response = await api.post(all, { headers: { origin: 'https://shop.example' } });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('access-control-expose-headers')).toContain('etag');
  expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  const elsewhere = await fetch(`${api.url}/v1/ruleset`, { headers: { origin: 'https://shop.example' } });
  expect(elsewhere.headers.get('access-control-allow-origin')).toBeNull();
});
