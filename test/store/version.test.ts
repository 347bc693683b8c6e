import { eventually } from '@burgee/test/support';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { claimOf, openShop, type Shop, settingUpdate, through } from './shop.ts';

let shop: Shop;
let listener: pg.Client;
let heard: { environment: string; version: string; at: number }[] = [];
beforeAll(async () => {
  shop = await openShop({ development: false, staging: false, production: true });
  for (const key of ['banner', 'checkout', 'payments'])
    await shop.flag(key, { kind: key === 'payments' ? 'operational' : 'release' });
  listener = new pg.Client({ connectionString: shop.database.apiUrl });
  listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? '')));
  await listener.connect();
  await listener.query('listen burgee_change');
});
beforeEach(() => {
  heard = [];
});
afterAll(async () => {
  await listener.end();
  await shop.stop();
});

const versions = async () =>
  Object.fromEntries(
    (
      await shop.database.sql<{ key: string; version: string; version_token: string }>(
        'select * from burgee.environment',
      )
    ).map(({ key, version, version_token }) => [key, { version: Number(version), token: version_token }]),
  );
const asOwner = (...statements: string[]) =>
  through(
    shop.database.ownerUrl,
    null,
    [`set local burgee.reason = 'test'`],
    ...statements.map((text) => [text] as const),
  );

test('a transaction of many rows is one version and one notification in each environment it touches', async () => {
  const before = await versions();
  await asOwner(
    `update burgee.flag_setting set enabled = true`,
    `update burgee.flag_setting set salt = 'again'`,
    `update burgee.flag set metadata = '{"team": "web"}'`,
  );
  const after = await versions();
  for (const key of ['development', 'staging', 'production']) {
    expect(after[key]?.version).toBe((before[key]?.version ?? 0) + 1);
    expect(after[key]?.token).not.toBe(before[key]?.token);
  }
  await eventually(() => expect(heard).toHaveLength(3));
  expect(heard).toContainEqual({
    environment: shop.environments.production,
    version: String(after.production?.version),
    at: expect.any(Number),
  });
});

test('a notification says when the change was committed, by the clock of the database', async () => {
  const instant = async () => {
    const [row] = await shop.database.sql<{ ms: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    );
    return row?.ms ?? 0;
  };
  const before = await instant();
  await shop.target('banner', 'development', { salt: 'timed' });
  const after = await instant();
  await eventually(() => expect(heard).toHaveLength(1));
  expect(heard[0]?.at).toBeGreaterThanOrEqual(Math.floor(before));
  expect(heard[0]?.at).toBeLessThanOrEqual(after);
});

test('a setting changes the version of its own environment only', async () => {
  const before = await versions();
  await shop.target('banner', 'staging', { salt: 'other' });
  const after = await versions();
  expect(after.staging?.version).toBe((before.staging?.version ?? 0) + 1);
  expect(after.production).toEqual(before.production);
});

test('a description changes no version, but is notified', async () => {
  const before = await versions();
  await asOwner(`update burgee.flag set description = 'Text above the basket' where key = 'banner'`);
  expect(await versions()).toEqual(before);
  await eventually(() =>
    expect(heard).toContainEqual({
      environment: shop.environments.production,
      version: String(before.production?.version),
      at: expect.any(Number),
    }),
  );
});

test('a segment changes the versions of the environments whose flags name it', async () => {
  await asOwner(`insert into burgee.segment (project_id, key) values ('${shop.projectId}', 'staff')`);
  await shop.target('banner', 'staging', { rules: [{ id: 'staff', if: [{ segment: 'staff' }], serve: 'on' }] });
  const before = await versions();
  await asOwner(`insert into burgee.segment_member (segment_id, targeting_key) select id, 'ada' from burgee.segment`);
  const after = await versions();
  expect(after.staging?.version).toBe((before.staging?.version ?? 0) + 1);
  expect(after.production).toEqual(before.production);
});

test('what is rolled back leaves neither version nor notification', async () => {
  const before = await versions();
  await expect(asOwner(`update burgee.flag_setting set salt = 'lost'`, 'select 1 / 0')).rejects.toThrow(
    'division by zero',
  );
  expect(await versions()).toEqual(before);
  await shop.target('banner', 'development', { salt: 'kept' });
  const after = await versions();
  await eventually(() => expect(heard.at(-1)?.version).toBe(String(after.development?.version)));
  expect(after.development?.version).toBe((before.development?.version ?? 0) + 1);
});

test('nobody writes a version by hand', async () => {
  const before = await versions();
  await shop.database.sql(
    `update burgee.environment set version = 99, version_token = gen_random_uuid(), audit_head = null`,
  );
  expect(await versions()).toEqual(before);
});

test('an open transaction on one flag keeps nobody from another flag’s kill switch', async () => {
  const open = new pg.Client({ connectionString: shop.database.apiUrl });
  await open.connect();
  await open.query('begin');
  await open.query(`select set_config('hasura.user', $1, true)`, [JSON.stringify(claimOf(shop.members.admin, 'ui'))]);
  for (const environment of ['development', 'staging', 'production']) {
    const [text, values] = settingUpdate('banner', environment, { salt: 'open', change_reason: 'taking my time' });
    await open.query(text, [...(values ?? [])]);
  }
  await open.query(
    `update burgee.flag set description = 'still open', variants = '{"on": true, "off": false, "other": true}', change_reason = 'x' where key = 'banner'`,
  );

  const startedAt = performance.now();
  for (const enabled of [false, true]) {
    await through(
      shop.database.apiUrl,
      claimOf(shop.members.product_owner, 'ui'),
      settingUpdate('payments', 'production', { enabled }),
    );
  }
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await open.query('commit');
  await open.end();
});

test('transactions that touch the same environments in opposite order both commit', async () => {
  const orders = [
    ['development', 'production'],
    ['production', 'development'],
  ];
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      through(
        shop.database.apiUrl,
        claimOf(shop.members.admin, 'api'),
        ...orders[index % 2]!.map((environment) =>
          settingUpdate(index % 2 === 0 ? 'banner' : 'checkout', environment, {
            salt: `${index}`,
            change_reason: 'race',
          }),
        ),
      ),
    ),
  );
  expect(await shop.database.sql('select from burgee.audit_pending')).toEqual([]);
});

test('the ruleset on the wire holds live flags, named segments and the version', async () => {
  const [row] = await shop.database.sql<{ ruleset: Record<string, unknown> }>(
    'select burgee.wire_ruleset($1) as ruleset',
    [shop.environments.staging],
  );
  const { staging } = await versions();
  expect(row!.ruleset).toMatchObject({
    format: 1,
    environment: 'staging',
    version: `${staging?.version}.${staging?.token}`,
    flags: { banner: { key: 'banner', enabled: true, off: 'off', default: 'on', metadata: { team: 'web' } } },
    segments: { staff: { key: 'staff', include: ['ada'] } },
  });
});
