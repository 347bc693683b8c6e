import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApi, type TestApi } from '../main.support.ts';
import { type EventReader, readEvents } from '../ruleset/event-reader.support.ts';
import { Decisions } from './decision.store.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi([
    { key: 'everybody', clientVisible: true },
    {
      key: 'nordic',
      clientVisible: true,
      metadata: { team: 'shop' },
      rules: [{ id: 'nordics', if: [{ attr: 'country', op: 'in', values: ['NO'] }], serve: 'on' }],
      default: 'off',
    },
    { key: 'hidden' },
    { key: 'price', type: 'float', variants: { one: 1, two: 2 }, clientVisible: true },
  ]);
});
afterAll(() => api.stop());

const ask = (context: object, headers: Record<string, string> = {}) =>
  api.post('/v1/decisions', { key: api.keys.client, body: { context }, headers });
const stream = (context: object, headers: Record<string, string> = {}): Promise<EventReader> =>
  readEvents(`${api.url}/v1/decisions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.keys.client}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ context }),
  });
const setDefault = (key: string, variant: string) =>
  api.database.sql(
    'update burgee.flag_setting set default_serve = $2 from burgee.flag where id = flag_id and key = $1',
    [key, JSON.stringify(variant)],
  );

test('answers all client-visible decisions with value, variant, reason and chosen metadata only', async () => {
  const response = await ask({ country: 'NO' });
  const text = await response.text();
  expect(JSON.parse(text)).toEqual({
    version: expect.stringMatching(/^\d+\./),
    flags: {
      everybody: { value: true, variant: 'on', reason: 'STATIC' },
      nordic: { value: true, variant: 'on', reason: 'TARGETING_MATCH', metadata: { team: 'shop' } },
      price: { value: 1, variant: 'one', reason: 'STATIC' },
    },
  });
  expect(text).toContain('"value":1.0');
  expect(text).not.toContain('nordics');
});

test('answers 304 to the tag of the same decisions', async () => {
  const etag = (await ask({ country: 'NO' })).headers.get('etag') ?? '';
  expect((await ask({ country: 'NO', other: 1 }, { 'if-none-match': etag })).status).toBe(304);
  expect((await ask({ country: 'DE' }, { 'if-none-match': etag })).status).toBe(200);
});

test('pushes to each context what changed for it, and nothing else', async () => {
  const [norway, germany] = [await stream({ country: 'NO' }), await stream({ country: 'DE' })];
  try {
    expect((await norway.next('decisions')).data).toMatchObject({ flags: { nordic: { value: true } } });
    expect((await germany.next('decisions')).data).toMatchObject({ flags: { nordic: { value: false } } });
    await setDefault('nordic', 'on');
    const changed = await germany.next('changed');
    expect(changed.data).toEqual({
      version: changed.id.split('/')[0],
      flags: { nordic: { value: true, variant: 'on', reason: 'DEFAULT', metadata: { team: 'shop' } } },
      removed: [],
    });
    await setDefault('everybody', 'off');
    await norway.next('changed');
    expect(norway.events.map(({ event }) => event)).toEqual(['decisions', 'changed']);
    expect((await norway.next('changed')).data).toMatchObject({ flags: { everybody: { value: false } } });
  } finally {
    norway.close();
    germany.close();
  }
});

test('tells which flags went away', async () => {
  const reader = await stream({});
  await reader.next('decisions');
  await api.database.sql(`update burgee.flag set archived_at = now() where key = 'price'`);
  expect((await reader.next('changed')).data).toMatchObject({ flags: {}, removed: ['price'] });
  reader.close();
});

test('pushes when the clock alone changes a decision', async () => {
  const soon = new Date(Date.now() + 1500).toISOString();
  await api.addFlag({
    key: 'timed',
    clientVisible: true,
    rules: [{ id: 'later', if: [{ attr: 'now', op: 'date_after', values: [soon] }], serve: 'on' }],
    default: 'off',
  });
  const reader = await eventually(async () => {
    const opened = await stream({});
    const { data } = await opened.next('decisions');
    expect(data).toMatchObject({ flags: { timed: { value: false } } });
    return opened;
  });
  const timed = { flags: { timed: { value: true } } };
  await eventually(() => expect(reader.events.at(-1)?.data).toMatchObject(timed));
  reader.close();
});

test('tells a reader that comes back with what it has that it holds, and gives everything to any other', async () => {
  const reader = await stream({ country: 'NO', other: 1 });
  const { id } = await reader.next('decisions');
  reader.close();
  const again = await stream({ country: 'NO', other: 2 }, { 'last-event-id': id });
  const { data } = await again.next('unchanged');
  expect(again.events).toEqual([{ id, event: 'unchanged', data: { version: id.split('/')[0] } }]);
  expect(data).toEqual({ version: id.split('/')[0] });
  const elsewhere = await stream({ country: 'DE' }, { 'last-event-id': id });
  expect((await elsewhere.next('decisions')).id).not.toBe(id);
  await setDefault('nordic', 'off');
  await elsewhere.next('changed');
  const late = await stream({ country: 'NO' }, { 'last-event-id': id });
  expect((await late.next('decisions')).id).not.toBe(id);
  await setDefault('everybody', 'on');
  expect((await again.next('changed')).data).toMatchObject({ flags: { everybody: { value: true } } });
  for (const one of [again, elsewhere, late]) one.close();
});

test('keeps nothing of what it decided for a large context', async () => {
  const decide = vi.spyOn(Decisions.prototype, 'all');
  for (const times of [1, 2]) {
    const reader = await stream({ country: 'x'.repeat(5000) });
    await reader.next('decisions');
    reader.close();
    expect(decide).toHaveBeenCalledTimes(times);
  }
  decide.mockRestore();
});

test('tells the reader of a large context to ask again', async () => {
  const reader = await stream({ note: 'x'.repeat(5000) });
  await reader.next('decisions');
  await setDefault('everybody', 'off');
  const nudge = await reader.next('refetch');
  expect(nudge.data).toEqual({ version: nudge.id });
  reader.close();
});
