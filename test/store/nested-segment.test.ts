import { eventually } from '@burgee/test/support';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimOf, openShop, refusalOf, type Shop, through } from './shop.ts';

let shop: Shop;
const chain = Array.from({ length: 13 }, (_, index) => `level-${index}`);
beforeAll(async () => {
  shop = await openShop({ development: false, staging: false, production: true });
  for (const key of ['banner', 'gone']) await shop.flag(key);
  for (const key of ['everyone', 'staff', 'admins', 'free', 'left', 'right', 'outer', 'inner', ...chain])
    await addSegment(key);
});
afterAll(() => shop.stop());

const addSegment = (key: string) =>
  shop.database.sql('insert into burgee.segment (project_id, key) values ($1, $2)', [shop.projectId, key]);
const naming = (...keys: string[]) => JSON.stringify([{ any: keys.map((segment) => ({ segment })) }]);
const name = (key: string, ...others: string[]) =>
  shop.database.sql(`update burgee.segment set conditions = $2, change_reason = 'test' where key = $1`, [
    key,
    naming(...others),
  ]);
const archive = (key: string) =>
  shop.database.sql('update burgee.segment set archived_at = now() where key = $1', [key]);
const use = (segment: string, environment: string) =>
  shop.target('banner', environment, {
    enabled: true,
    rules: [{ id: 'r', if: [{ segment }], serve: 'on' }],
  });
const versions = async () =>
  Object.fromEntries(
    (await shop.database.sql<{ key: string; version: string }>('select key, version from burgee.environment')).map(
      ({ key, version }) => [key, Number(version)],
    ),
  );
/** Somebody waits for a lock. */
const isWaiting = () =>
  eventually(async () =>
    expect(
      await shop.database.sql(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ),
    ).toHaveLength(1),
  );

test('a ruleset holds the segments that its segments name, and no others', async () => {
  await name('everyone', 'staff');
  await name('staff', 'admins');
  await use('everyone', 'staging');
  const segmentsIn = async (environment: string) => {
    const [row] = await shop.database.sql<{ segments: Record<string, unknown> }>(
      'select burgee.wire_segments($1) as segments',
      [shop.environments[environment]],
    );
    return Object.keys(row!.segments).sort();
  };
  expect(await segmentsIn('staging')).toEqual(['admins', 'everyone', 'staff']);
  expect(await segmentsIn('development')).toEqual([]);
});

test('a change far below is a new version of every environment that it reaches', async () => {
  await use('staff', 'development');
  const before = await versions();
  await shop.database.sql(
    `update burgee.segment set conditions = '[{"attr": "role", "op": "exists"}]' where key = 'admins'`,
  );
  await shop.database.sql(
    `insert into burgee.segment_member (segment_id, targeting_key) select id, 'ada' from burgee.segment where key = 'admins'`,
  );
  const after = await versions();
  expect(after).toEqual({
    development: (before.development ?? 0) + 2,
    staging: (before.staging ?? 0) + 2,
    production: before.production,
  });
});

test('whoever changes what production uses only through another segment has the right and a reason', async () => {
  await use('everyone', 'production');
  const write = (role: 'developer' | 'product_owner', reason: string | null) =>
    through(shop.database.apiUrl, claimOf(shop.members[role], 'ui'), [
      `update burgee.segment set conditions = '[{"attr": "role", "op": "equals", "values": ["admin"]}]', change_reason = $1 where key = 'admins'`,
      [reason],
    ]);
  expect(await refusalOf(write('developer', 'because'))).toMatchObject({ code: 'FORBIDDEN' });
  expect(await refusalOf(write('product_owner', null))).toMatchObject({ code: 'REASON_REQUIRED' });
  await write('product_owner', 'because');
});

test('what is not there, archived or in use by a segment is refused with its place', async () => {
  const conditions = JSON.stringify([{ attr: 'x', op: 'exists' }, { none: [{ segment: 'nobody' }] }]);
  const write = () => shop.database.sql(`update burgee.segment set conditions = $1 where key = 'free'`, [conditions]);
  expect(await refusalOf(write())).toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    message: 'unknown segment nobody in if[1]',
  });
  await addSegment('nobody');
  await write();
  expect(await refusalOf(archive('nobody'))).toMatchObject({
    code: 'IN_USE',
    message: 'segment nobody is used by segment free',
  });
  await shop.database.sql(`update burgee.segment set conditions = null where key = 'free'`);
  await archive('nobody');
  expect(await refusalOf(write())).toMatchObject({ message: 'segment nobody in if[1] is archived' });
  await archive('free');
});

test('a segment cannot name itself, however long the way', async () => {
  expect(await refusalOf(name('admins', 'admins'))).toMatchObject({
    code: 'PREREQUISITE_CYCLE',
    message: 'cycle: admins -> admins',
  });
  expect(await refusalOf(name('admins', 'left', 'everyone'))).toMatchObject({
    code: 'PREREQUISITE_CYCLE',
    message: 'cycle: admins -> everyone -> staff -> admins',
  });
});

test('segments are at most ten deep, counted above and below, however many ways there are', async () => {
  for (const index of [0, 1, 2, 3, 4, 6, 7, 8, 9]) await name(chain[index]!, chain[index + 1]!, 'left', 'right');
  await name(chain[5]!, chain[6]!);
  const startedAt = performance.now();
  expect(await refusalOf(name(chain[10]!, chain[11]!, 'left'))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('two transactions that together close a cycle do not both commit', async () => {
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const client = new pg.Client({ connectionString: shop.database.ownerUrl });
      await client.connect();
      await client.query('begin');
      return client;
    }),
  );
  const [first, second] = clients as [pg.Client, pg.Client];
  const write = (client: pg.Client, key: string, other: string) =>
    client.query('update burgee.segment set conditions = $2 where key = $1', [key, naming(other)]);
  await write(first, 'outer', 'inner');
  const waiting = refusalOf(write(second, 'inner', 'outer'));
  await isWaiting();
  await first.query('commit');
  expect(await waiting).toMatchObject({ code: 'PREREQUISITE_CYCLE', message: 'cycle: inner -> outer -> inner' });
  await Promise.all(clients.map((client) => client.end()));
});

test('a member added while a flag begins to use the segment is a new version there too', async () => {
  const open = new pg.Client({ connectionString: shop.database.ownerUrl });
  await open.connect();
  await open.query('begin');
  await open.query(
    `update burgee.flag_setting setting set rules = '[{"id": "r", "if": [{"segment": "outer"}], "serve": "on"}]'
     from burgee.environment where environment.id = environment_id and environment.key = 'staging'`,
  );
  const before = await versions();
  const adding = shop.database.sql(
    `insert into burgee.segment_member (segment_id, targeting_key) select id, 'bob' from burgee.segment where key = 'inner'`,
  );
  await isWaiting();
  await open.query('commit');
  await adding;
  expect((await versions()).staging).toBe((before.staging ?? 0) + 2);
  await open.end();
});

test('segments of Unleash have its operators, and follow no other system', async () => {
  const add = (key: string, semantics: string, conditions: unknown) =>
    shop.database.sql('insert into burgee.segment (project_id, key, semantics, conditions) values ($1, $2, $3, $4)', [
      shop.projectId,
      key,
      semantics,
      JSON.stringify(conditions),
    ]);
  const condition = { attr: 'userId', op: 'NUM_GT', values: ['5'], ignoreCase: true };
  await add('above-five', 'unleash', [condition]);
  await use('above-five', 'development');
  const [row] = await shop.database.sql<{ segments: object }>('select burgee.wire_segments($1) as segments', [
    shop.environments.development,
  ]);
  expect(row!.segments).toEqual({ 'above-five': { key: 'above-five', semantics: 'unleash', if: [condition] } });
  expect(await refusalOf(add('x', 'burgee-1', [condition]))).toMatchObject({ code: 'INVALID_SEGMENT' });
  expect(await refusalOf(add('x', 'flagd-2', []))).toMatchObject({
    code: 'INVALID_SEGMENT',
    problems: [{ path: 'semantics' }],
  });
});
