import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../main.support.ts';
import { type EventReader, readEvents } from '../ruleset/event-reader.support.ts';

let api: TestApi;
beforeAll(async () => {
  // on a busy machine the first change may come before the api listens
  const more = { BURGEE_POLL_INTERVAL_MS: '200' };
  const flags = [
    { key: 'everybody', clientVisible: true },
    {
      key: 'astray',
      semantics: 'flagd-2',
      off: null,
      default: null,
      foreign: { targeting: { if: [true, 'nowhere'] }, defaultVariant: 'on' },
    },
    // of another system, whose keys may be of any letters
    ...['größe', 'a b', 'Ünïcode-日本', 'per%cent', 'plus+x'].map((key) => ({ key, semantics: 'unleash' })),
  ];
  api = await startTestApi(flags, { more });
});
afterAll(() => api.stop());

const all = '/ofrep/v1/evaluate/flags';
const bulk = (headers: Record<string, string> = {}, query = '') =>
  api.post(all + query, { key: api.keys.client, body: { context: {} }, headers });
const change = (variant: string) =>
  api.database.sql(
    `update burgee.flag_setting set default_serve = $1 from burgee.flag where id = flag_id and key = 'everybody'`,
    [JSON.stringify(variant)],
  );

interface Bulk {
  readonly flags: readonly { readonly key: string; readonly value?: unknown; readonly metadata: object }[];
  readonly metadata: { readonly version: string };
  readonly eventStreams: readonly [{ readonly type: string; readonly endpoint: { readonly requestUri: string } }];
}

async function connect(body: Bulk, headers: Record<string, string> = {}): Promise<EventReader> {
  return readEvents(api.url + body.eventStreams[0].endpoint.requestUri, { headers });
}

/** Asks without mending the address first. */
function raw(path: string, method = 'POST'): Promise<{ status: number; body: string; allow: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${api.keys.server}` };
    const { hostname, port } = new URL(api.url);
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, allow: response.headers.allow }));
    });
    asked.once('error', reject).end();
  });
}

test('nudges through the address that the bulk answer carries, and the nudged get what they were nudged to', async () => {
  const body = (await (await bulk()).json()) as Bulk;
  expect(body.eventStreams).toEqual([
    {
      type: 'sse',
      endpoint: { requestUri: expect.stringMatching(/^\/ofrep\/v1\/events\?token=/) },
      inactivityDelaySec: 120,
    },
  ]);
  const reader = await connect(body);
  expect(reader.headers.get('access-control-allow-origin')).toBe('*');
  await change('off');
  const nudge = await reader.next('message');
  reader.close();
  expect(nudge).toEqual({
    id: nudge.id,
    event: 'message',
    data: { type: 'refetchEvaluation', etag: nudge.id, lastModified: expect.any(Number) },
  });
  const query = `?flagConfigEtag=${nudge.id}&flagConfigLastModified=${Math.floor(Date.now() / 1000)}`;
  const refetched = (await (await bulk({}, query)).json()) as Bulk;
  expect(refetched.metadata.version).toBe(nudge.id);
  expect(refetched.flags).toMatchObject([{ key: 'everybody', value: false }]);
});

test.each(['?flagConfigLastModified=1', '?flagConfigEtag=x', '?flagConfigEtag=x&flagConfigEtag=y'])(
  'whoever was nudged by another replica, %s, gets what stands in the database',
  async (query) => {
    // without the notification, which takes a moment longer
    for (const variant of ['on', 'off', 'on']) {
      await change(variant);
      const { flags } = (await (await bulk({}, query)).json()) as Bulk;
      expect(flags).toMatchObject([{ value: variant === 'on' }]);
    }
  },
);

test('a stream that was away during a change is nudged as soon as it is back, and only then', async () => {
  const first = await connect((await (await bulk()).json()) as Bulk);
  await change('off');
  const { id } = await first.next('message');
  first.close();
  await change('on');
  const { metadata, ...body } = (await (await bulk({}, '?flagConfigLastModified=1')).json()) as Bulk;
  const back = await connect({ metadata, ...body }, { 'last-event-id': id });
  expect((await back.next('message')).id).toBe(metadata.version);
  back.close();
  const same = await connect({ metadata, ...body }, { 'last-event-id': metadata.version });
  await change('off');
  await same.next('message');
  same.close();
  expect(same.events).toHaveLength(1);
});

test('an entity tag keeps its address while the flags change', async () => {
  const first = await bulk();
  const etag = first.headers.get('etag') ?? '';
  const addressOf = async (response: Response) => ((await response.json()) as Bulk).eventStreams[0].endpoint.requestUri;
  const address = await addressOf(first);
  expect((await bulk({ 'if-none-match': etag })).status).toBe(304);
  await change('on');
  const slot = Number.parseInt(/\.([0-9a-z]+)"$/.exec(etag)?.[1] ?? '', 36);
  const older = `"anything.${(slot - 5).toString(36)}"`;
  const changed = await bulk({ 'if-none-match': older }, '?flagConfigLastModified=1');
  expect(changed.status).toBe(200);
  expect(changed.headers.get('etag')).toMatch(new RegExp(`\\.${(slot - 5).toString(36)}"$`));
  const kept = await addressOf(changed);
  expect(kept).not.toBe(address);
  expect(kept).toContain(`.${(slot - 5).toString(36)}.`);
  // too old to go on with
  const renewed = await bulk({ 'if-none-match': `"anything.${(slot - 20).toString(36)}"` });
  const slotNow = Number.parseInt((await addressOf(renewed)).split('.')[1] ?? '', 36);
  expect([slot, slot + 1]).toContain(slotNow);
});

test.each(['', 'a.b.c', `${'0'.repeat(36)}.1.x`])('refuses the stream token "%s"', async (token) => {
  const response = await fetch(`${api.url}/ofrep/v1/events?token=${token}`);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ errorCode: 'UNAUTHORIZED' });
});

test('refuses a stream token with another signature, another time or another key, and as a key', async () => {
  const tokenOf = async (response: Response) => /token=([^"]+)/.exec(await response.text())?.[1] ?? '';
  const token = await tokenOf(await bulk());
  const [keyId = '', slot = '', mac = ''] = token.split('.');
  const [otherId = ''] = (await tokenOf(await api.post(all))).split('.');
  const forged = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
  const before = (Number.parseInt(slot, 36) - 1).toString(36);
  const wrong = [`${keyId}.${slot}.${forged}`, `${keyId}.${before}.${mac}`, `${otherId}.${slot}.${mac}`, `${keyId}.`];
  for (const text of wrong) expect((await fetch(`${api.url}/ofrep/v1/events?token=${text}`)).status).toBe(401);
  expect((await api.post(all, { key: token })).status).toBe(401);
});

test.each(['größe', 'a b', 'Ünïcode-日本', 'per%cent', 'plus+x'])(
  'answers about %s, written with percent signs',
  async (key) => {
    const response = await api.post(`${all}/${encodeURIComponent(key)}`);
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ key, value: true })]);
  },
);

test('answers about a key written as it is', async () => {
  const { status, body } = await raw(`${all}/plus+x?beside=1`);
  expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ key: 'plus+x', value: true })]);
});

test.each([
  ['a flag without a key', `${all}/`, 404, { key: '', errorCode: 'FLAG_NOT_FOUND' }],
  ['a key with a slash', `${all}/a/b`, 404, { key: 'a/b', errorCode: 'FLAG_NOT_FOUND' }],
  ['a percent sign that starts nothing', `${all}/50%`, 400, { errorCode: 'GENERAL' }],
  ['bytes that are no UTF-8', `${all}/%C3`, 400, { errorCode: 'GENERAL' }],
  ['a key that is too long', `${all}/${'x'.repeat(600)}`, 400, { errorCode: 'GENERAL' }],
  ['an address beside', '/ofrep/v1/flags', 404, { errorCode: 'NOT_FOUND' }],
])('tells %s in the words of OFREP', async (_name, path, status, answer) => {
  const found = await raw(path);
  const body = JSON.parse(found.body) as { errorDetails: string };
  expect([found.status, body]).toEqual([status, expect.objectContaining(answer)]);
  expect(body.errorDetails).not.toBe('');
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'TRACE'])('%s is not for questions', async (method) => {
  for (const path of [all, `${all}/everybody`]) {
    expect(await raw(path, method)).toMatchObject({ status: 405, allow: 'POST' });
  }
  if (method !== 'GET') expect(await raw('/ofrep/v1/events', method)).toMatchObject({ status: 405, allow: 'GET' });
});

test('a page may send whatever headers it names', async () => {
  const names = 'authorization,content-type,if-none-match,traceparent,x-of-my-own';
  const preflight = (value: string) =>
    fetch(api.url + all, { method: 'OPTIONS', headers: { 'access-control-request-headers': value } });
  const allowed = await preflight(names);
  expect([allowed.status, allowed.headers.get('access-control-allow-headers')]).toEqual([204, names]);
  expect(allowed.headers.get('allow')).toContain('POST');
  expect((await preflight('a: b')).headers.get('access-control-allow-headers')).toContain('if-none-match');
});

test('a flag that cannot be decided is no fault of the service', async () => {
  const response = await api.post(`${all}/astray`);
  expect([response.status, await response.json()]).toEqual([
    400,
    { key: 'astray', errorCode: 'GENERAL', errorDetails: expect.stringContaining('nowhere'), metadata: {} },
  ]);
});
