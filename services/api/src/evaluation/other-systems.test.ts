import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../main.support.ts';
import { readEvents } from '../ruleset/event-reader.support.ts';

const half = { percent: 50, by: ['userId', '$random'] };
const arms = {
  split: [
    ['on', 100_000, { colour: 'blue' }],
    ['off', 0, { colour: 'red' }],
  ],
};
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi([
    { key: 'literal', clientVisible: true, type: 'float', variants: { a: 1, b: 2 }, default: { value: 7 } },
    { key: 'arms', clientVisible: true, default: arms, metadata: { team: 'shop', colour: 'none' } },
    { key: 'hidden' },
    { key: 'else', clientVisible: true, requires: [{ flag: 'hidden', variants: ['off'], else: 'on' }], default: arms },
    {
      key: 'Neuer Käse~2',
      semantics: 'unleash',
      clientVisible: true,
      rules: [{ id: 's', if: [{ attr: 'plan', op: 'IN', values: ['vip'] }], serve: 'on' }],
      default: 'off',
    },
    { key: 'drawn', semantics: 'unleash', rules: [{ id: 's', rollout: half, serve: 'on' }], default: 'off' },
  ]);
});
afterAll(() => api.stop());

const one = (key: string, options: Parameters<TestApi['post']>[1] = {}) =>
  api.post(`/ofrep/v1/evaluate/flags/${encodeURIComponent(key)}`, { body: {}, ...options });
const decisions = async (context: object, headers: Record<string, string> = {}) =>
  api.post('/v1/decisions', { body: { context }, headers });

test('a value without a name goes out with an empty variant to OpenFeature, and with none to others', async () => {
  const text = await (await one('literal')).text();
  expect(text).toContain('"value":7.0,');
  expect(JSON.parse(text)).toEqual({ key: 'literal', value: 7, reason: 'STATIC', variant: '', metadata: {} });
  const bulk = (await (await api.post('/ofrep/v1/evaluate/flags', { body: {} })).json()) as {
    flags: { key: string }[];
  };
  expect(bulk.flags.find(({ key }) => key === 'literal')).toMatchObject({ value: 7, variant: '' });
  const body = (await (await decisions({ targetingKey: 'ann' })).json()) as { flags: Record<string, object> };
  expect(body.flags.literal).toEqual({ value: 7, reason: 'STATIC' });
  const query = '{ evaluation(context: {}) { flagKey value variant } }';
  const { data } = (await (await api.post('/graphql', { body: { query } })).json()) as {
    data: { evaluation: object[] };
  };
  expect(data.evaluation).toContainEqual({ flagKey: 'literal', value: 7, variant: null });
});

test('a browser is told the metadata of its arm, and not what is required', async () => {
  const body = { context: { targetingKey: 'ann' } };
  const asClient = async (key: string) => (await one(key, { key: api.keys.client, body })).json();
  expect(await asClient('arms')).toMatchObject({ value: true, metadata: { team: 'shop', colour: 'blue' } });
  expect(await asClient('else')).toEqual({
    ...{ key: 'else', value: true, variant: 'on', reason: 'TARGETING_MATCH', metadata: {} },
  });
});

test('answers under a key with spaces, capitals and letters of any language', async () => {
  const key = 'Neuer Käse~2';
  const context = { plan: 'vip' };
  expect(await (await one(key, { body: { context } })).json()).toMatchObject({ key, value: true, variant: 'on' });
  expect(await (await one(key)).json()).toMatchObject({ key, value: false });
  const unescaped = await api.post(`/ofrep/v1/evaluate/flags/${key}`, { body: { context }, key: api.keys.client });
  expect(await unescaped.json()).toMatchObject({ key, value: true });
  const missing = await one('neuer käse~2');
  expect([missing.status, await missing.json()]).toMatchObject([404, { errorCode: 'FLAG_NOT_FOUND' }]);
  const body = (await (await decisions(context)).json()) as { flags: Record<string, object> };
  expect(body.flags[key]).toMatchObject({ value: true });
  const counts = [{ flag: key, variant: 'on', count: 3, hour: new Date().toISOString() }];
  const batch = { batchId: crypto.randomUUID(), application: 'shop', counts };
  expect((await api.post('/v1/exposures', { body: batch })).status).toBeLessThan(300);
});

test('chance decides anew for everyone who asks, and once for who asks again', async () => {
  const drawn = async (context: object) => {
    const response = await decisions(context);
    const body = (await response.json()) as { flags: { drawn: { value: boolean } } };
    return { etag: response.headers.get('etag') ?? '', value: body.flags.drawn.value };
  };
  const strangers = await Promise.all(Array.from({ length: 40 }, () => drawn({})));
  expect(new Set(strangers.map(({ value }) => value))).toEqual(new Set([true, false]));
  const [{ etag } = { etag: '' }] = strangers;
  expect((await decisions({}, { 'if-none-match': etag })).status).toBe(304);
  const known = await Promise.all(Array.from({ length: 20 }, () => drawn({ userId: 'ann' })));
  expect(new Set(known.map(({ value }) => value)).size).toBe(1);
});

test('streams share no draw either', async () => {
  const open = () =>
    readEvents(`${api.url}/v1/decisions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.keys.server}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: {} }),
    });
  const readers = await Promise.all(Array.from({ length: 20 }, open));
  const valueIn = (data: unknown) => (data as { flags: { drawn?: { value: boolean } } }).flags.drawn?.value;
  const first = await Promise.all(readers.map(async (reader) => valueIn((await reader.next('decisions')).data)));
  await api.database.sql(
    `update burgee.flag_setting set default_serve = '{"value": 8}' from burgee.flag where flag.id = flag_id and key = 'literal'`,
  );
  const changed = await Promise.all(readers.map(async (reader) => valueIn((await reader.next('changed')).data)));
  for (const reader of readers) reader.close();
  const second = changed.map((value, nr) => value ?? first[nr]);
  expect(new Set(second)).toEqual(new Set([true, false]));
});

test('what reads the whole context is answered anew when anything in it differs', async () => {
  const etagOf = async (context: object) => (await decisions(context)).headers.get('etag') ?? '';
  expect(await etagOf({ a: 1 })).toBe(await etagOf({ a: 1, b: 2 }));
  await api.addFlag({
    key: 'whole',
    semantics: 'flagd-2',
    off: null,
    default: null,
    foreign: { targeting: { if: [{ missing: [{ var: '' }] }, 'on', 'off'] }, defaultVariant: 'off' },
  });
  const others = [
    { a: 1 },
    { a: 1, b: { c: 3 } },
    { a: 1, b: { c: 2 }, d: 0 },
    { a: 1, c: { c: 2 } },
    { a: 1, b: '{"c":2}' },
  ];
  for (const other of others) {
    // such a flag also reads the clock, so only answers of one second can be compared
    await eventually(async () => {
      const contexts = [{ a: 1, b: { c: 2 } }, other, { b: { c: 2 }, a: 1 }];
      const [first, different, last] = await Promise.all(contexts.map(etagOf));
      expect(last).toBe(first);
      expect(different, JSON.stringify(other)).not.toBe(first);
    });
  }
});
