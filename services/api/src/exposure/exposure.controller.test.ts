import { randomUUID } from 'node:crypto';
import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiEnvironment, startTestApi, type TestApi } from '../main.support.ts';
import { startApi } from '../main.ts';
import { type SeverableLink, severableLink } from '../ruleset/severable-link.support.ts';

let api: TestApi;
let link: SeverableLink;
beforeAll(async () => {
  api = await startTestApi([{ key: 'a' }, { key: 'b' }], {
    urlOf: async (database) => {
      link = await severableLink(database.apiUrl);
      return link.url;
    },
  });
});
afterAll(async () => {
  await api.stop();
  link.close();
});

const hour = new Date().toISOString();
const send = (counts: readonly object[], more: object = {}, key = api.keys.server) =>
  api.post('/v1/exposures', { key, body: { batchId: randomUUID(), application: 'shop', counts, ...more } });
const stored = (application: string) =>
  api.database.sql(
    `select flag_key, variant, source, count::int, through_client_key from burgee.flag_exposure where application = $1 order by 1, 2, 3`,
    [application],
  );

test('counts a batch once, however often it is sent, and adds up those of one hour', async () => {
  const batchId = randomUUID();
  const counts = [{ flag: 'a', variant: 'on', count: 2, hour, source: 'used' }];
  for (let times = 0; times < 3; times += 1) expect((await send(counts, { batchId })).status).toBe(202);
  await send([
    { flag: 'a', variant: 'on', count: 5, hour, source: 'used' },
    { flag: 'b', variant: 'off', count: 1, hour },
  ]);
  await eventually(async () =>
    expect(await stored('shop')).toEqual([
      { flag_key: 'a', variant: 'on', source: 'used', count: 7, through_client_key: false },
      { flag_key: 'b', variant: 'off', source: 'used', count: 1, through_client_key: false },
    ]),
  );
});

test('counts a batch once that is sent again after it was written', async () => {
  const batchId = randomUUID();
  const counts = [{ flag: 'a', variant: 'on', count: 4, hour }];
  await send(counts, { batchId, application: 'again' });
  await eventually(async () => expect(await stored('again')).toMatchObject([{ count: 4 }]));
  await send(counts, { batchId, application: 'again' });
  await send([{ flag: 'b', variant: 'on', count: 1, hour }], { application: 'again' });
  await eventually(async () =>
    expect(await stored('again')).toMatchObject([{ count: 4 }, { flag_key: 'b', count: 1 }]),
  );
});

test('marks what browsers count, and leaves flags that do not exist out', async () => {
  const counts = [
    { flag: 'a', variant: 'on', count: 1, hour },
    { flag: 'missing', variant: 'on', count: 1, hour },
  ];
  await send(counts, { application: 'storefront' }, api.keys.client);
  await eventually(async () =>
    expect(await stored('storefront')).toEqual([
      { flag_key: 'a', variant: 'on', source: 'used', count: 1, through_client_key: true },
    ]),
  );
});

test('keeps no variants that browsers invent, and those of a flag', async () => {
  const invented = Array.from({ length: 100 }, (_, nr) => ({ flag: 'a', variant: `invented-${nr}`, count: 1, hour }));
  const real = [
    { flag: 'a', variant: 'off', count: 1, hour },
    { flag: 'a', count: 1, hour },
  ];
  await send([...invented, ...real], { application: 'inventor' }, api.keys.client);
  await eventually(async () => expect(await stored('inventor')).toMatchObject([{ variant: 'off' }, { variant: null }]));
});

test('keeps unknown flags with how often they were asked for', async () => {
  const unknown = ['never-made', 'a', '=HYPERLINK("x")'];
  await send([], { unknown, application: 'cart' });
  await send([], { unknown: ['never-made'], application: 'cart' });
  await eventually(async () => {
    const rows = await api.database.sql(
      `select flag_key, count::int from burgee.unknown_flag where application = 'cart' order by 1 desc`,
    );
    expect(rows).toEqual([
      { flag_key: 'never-made', count: 2 },
      { flag_key: '=HYPERLINK("x")', count: 1 },
    ]);
  });
});

test('a flag that is asked for again and again hides no other, and each time counts', async () => {
  const ask = (key: string) => api.post(`/ofrep/v1/evaluate/flags/${key}`, { body: {} });
  for (let times = 0; times < 30; times += 1)
    await Promise.all(Array.from({ length: 50 }, () => ask('hot-and-missing')));
  await ask('also-missing');
  await eventually(async () => {
    const rows = await api.database.sql(
      `select flag_key, count::int from burgee.unknown_flag where application = 'ofrep' order by 1`,
    );
    expect(rows).toEqual([
      { flag_key: 'also-missing', count: 1 },
      { flag_key: 'hot-and-missing', count: 1500 },
    ]);
  });
});

test('keeps no more unknown flags of browsers than anybody could look at, and goes on counting those', async () => {
  const kept = async () =>
    api.database.sql<{ rows: number; seen: number }>(
      `select count(*)::int as rows, (max(count) filter (where flag_key = 'made-up-0-0'))::int as seen
       from burgee.unknown_flag`,
    );
  const invent = (nr: number) => Array.from({ length: 200 }, (_, index) => `made-up-${nr}-${index}`);
  for (let nr = 0; nr < 5; nr += 1) await send([], { unknown: invent(nr) }, api.keys.client);
  await eventually(async () => expect((await kept())[0]?.rows).toBeGreaterThanOrEqual(1000));
  const [before] = await kept();
  await send([], { unknown: [...invent(5).slice(1), 'made-up-0-0'] }, api.keys.client);
  await eventually(async () => expect((await kept())[0]).toEqual({ rows: before?.rows, seen: 2 }));
});

test('keeps no unknown flags without end of a server that asks for one of each user', async () => {
  await api.database.sql(
    `insert into burgee.unknown_flag (environment_id, flag_key, application, count)
     select id, 'of-user-' || number, 'storefront', 1 from burgee.environment, generate_series(1, 10000) as number
     where id = (select environment_id from burgee.unknown_flag limit 1)`,
  );
  await send([], { unknown: ['of-user-10001', 'of-user-1'], application: 'storefront' });
  const kept = () =>
    api.database.sql(
      `select flag_key as key, count::int from burgee.unknown_flag where flag_key in ('of-user-1', 'of-user-10001')`,
    );
  await eventually(async () => expect(await kept()).toEqual([{ key: 'of-user-1', count: 2 }]));
  await api.database.sql(`delete from burgee.unknown_flag where flag_key like 'of-user-%'`);
});

test('keeps batches while Postgres is away and writes them afterwards', async () => {
  link.cut();
  const { status } = await send([{ flag: 'a', variant: 'on', count: 3, hour }], { application: 'patient' });
  expect(status).toBe(202);
  link.mend();
  await eventually(async () => expect(await stored('patient')).toMatchObject([{ count: 3 }]));
});

test('what waits when it stops is written first', async () => {
  const other = await startApi(await apiEnvironment(api.database.apiUrl));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.keys.server}` };
  const counts = [{ flag: 'a', variant: 'on', count: 1, hour }];
  const batch = () => JSON.stringify({ batchId: randomUUID(), application: 'leaving', counts });
  const send20 = Array.from({ length: 20 }, () =>
    fetch(`${other.url}/v1/exposures`, { method: 'POST', headers, body: batch() }),
  );
  await Promise.all(send20);
  await other.stop();
  expect(await stored('leaving')).toMatchObject([{ count: 20 }]);
});

test("counts what OpenFeature's clients are handed: one flag as used, all as delivered", async () => {
  await api.post('/ofrep/v1/evaluate/flags/a');
  await api.post('/ofrep/v1/evaluate/flags/a');
  await api.post('/ofrep/v1/evaluate/flags/missing');
  await api.post('/ofrep/v1/evaluate/flags');
  await eventually(async () =>
    expect(await stored('ofrep')).toMatchObject([
      { flag_key: 'a', source: 'delivered', count: 1 },
      { flag_key: 'a', source: 'used', count: 2 },
      { flag_key: 'b', source: 'delivered', count: 1 },
    ]),
  );
});

test('keeps the flags that a trusted client asked for in vain, and not those that a browser invents', async () => {
  await api.post('/ofrep/v1/evaluate/flags/asked-in-vain');
  await api.post(`/ofrep/v1/evaluate/flags/${'x'.repeat(200)}`);
  await api.post('/ofrep/v1/evaluate/flags/invented', { key: api.keys.client });
  await eventually(async () => {
    const rows = await api.database.sql<{ flag_key: string }>(
      `select flag_key from burgee.unknown_flag where application = 'ofrep'`,
    );
    const keys = rows.map(({ flag_key }) => flag_key);
    expect(keys).toContain('asked-in-vain');
    expect(keys.filter((key) => key.startsWith('x') || key === 'invented')).toEqual([]);
  });
});

test('refuses what is no batch with the path of the fault', async () => {
  const response = await send([{ flag: 'a', count: -1, hour }]);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('counts[0].count'),
  });
});

test('makes the months to come before their first counts, and forgets old batches', async () => {
  const old = randomUUID();
  await api.database.sql(
    `insert into burgee.exposure_batch (batch_id, received_at) values ($1, now() - interval '8 days')`,
    [old],
  );
  const worker = await startApi(await apiEnvironment(api.database.apiUrl, { BURGEE_ROLE: 'all' }));
  try {
    await eventually(async () => {
      const months = await api.database.sql<{ ahead: number }>(
        `select ahead
         from generate_series(1, 3) as ahead
         where to_regclass('burgee.flag_exposure_p' ||
           to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead), 'YYYYMM')) is not null`,
      );
      expect(months).toHaveLength(3);
      expect(await api.database.sql('select from burgee.exposure_batch where batch_id = $1', [old])).toEqual([]);
    });
  } finally {
    await worker.stop();
  }
});
