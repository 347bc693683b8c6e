import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, refusalOf, type Shop, settingUpdate, through } from './shop.ts';

let shop: Shop;
const chain = Array.from({ length: 13 }, (_, index) => `step-${index}`);
beforeAll(async () => {
  shop = await openShop();
  for (const key of ['a', 'b', 'c', 'gone', 'used', 'browsed', ...chain]) await shop.flag(key);
  await shop.database.run(`
    insert into burgee.segment (project_id, key) values ('${shop.projectId}', 'staff'), ('${shop.projectId}', 'old');
    update burgee.segment set archived_at = now() where key = 'old';
    update burgee.flag set archived_at = now() where key = 'gone';
    insert into burgee.project (key, name) values ('other', 'Other');
    insert into burgee.flag (project_id, key) select id, 'foreign' from burgee.project where key = 'other';
  `);
});
afterAll(() => shop.stop());

const requiring = (...keys: string[]) => keys.map((flag) => ({ flag, variants: ['on'] }));
const target = (key: string, columns: Record<string, unknown>) => shop.target(key, 'production', columns);

test('a flag that is not there, archived, or of another project is refused with its place', async () => {
  expect(await refusalOf(target('a', { requires: requiring('b', 'nowhere') }))).toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    sqlstate: 'BG007',
    message: 'unknown flag nowhere in requires[1]',
  });
  expect(await refusalOf(target('a', { requires: requiring('gone') }))).toMatchObject({
    message: 'flag gone in requires[0] is archived',
  });
  expect(await refusalOf(target('a', { requires: requiring('foreign') }))).toMatchObject({
    message: 'unknown flag foreign in requires[0]',
  });
  const inRule = target('a', {
    rules: [
      { id: 'x', serve: 'on' },
      { id: 'y', requires: requiring('nowhere'), serve: 'on' },
    ],
  });
  expect(await refusalOf(inRule)).toMatchObject({ message: 'unknown flag nowhere in rules[1].requires[0]' });
});

test('a variant that the required flag does not have is refused', async () => {
  const write = target('a', { requires: [{ flag: 'b', variants: ['blue'] }] });
  expect(await refusalOf(write)).toMatchObject({ message: 'flag b has no variant named blue, in requires[0]' });
});

test('a segment that is not there, or archived, is refused with its rule, however deep it stands', async () => {
  const naming = (key: string) => ({
    rules: [
      { id: 'x', serve: 'on' },
      { id: 'y', if: [{ any: [{ all: [{ segment: key }] }] }], serve: 'on' },
    ],
  });
  expect(await refusalOf(target('a', naming('nobody')))).toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    message: 'unknown segment nobody in rules[1]',
  });
  expect(await refusalOf(target('a', naming('old')))).toMatchObject({ message: 'segment old in rules[1] is archived' });
});

test('a flag cannot require itself, however long the way', async () => {
  expect(await refusalOf(target('a', { requires: requiring('a') }))).toMatchObject({
    code: 'PREREQUISITE_CYCLE',
    message: 'cycle: a -> a',
  });
  await target('a', { requires: requiring('b') });
  await target('b', { rules: [{ id: 'x', requires: requiring('c'), serve: 'on' }] });
  expect(await refusalOf(target('c', { requires: requiring('a') }))).toMatchObject({
    code: 'PREREQUISITE_CYCLE',
    message: 'cycle: c -> a -> b -> c',
  });
  await shop.target('c', 'development', { requires: requiring('a') });
});

test('requirements are at most ten deep, counted through flags above and below', async () => {
  for (const index of [0, 1, 2, 3, 4, 6, 7, 8, 9])
    await target(chain[index]!, { requires: requiring(chain[index + 1]!) });
  await target(chain[5]!, { requires: requiring(chain[6]!) });
  expect(await refusalOf(target(chain[10]!, { requires: requiring(chain[11]!) }))).toMatchObject({
    code: 'LIMIT_EXCEEDED',
  });
});

test('two transactions that together close a cycle do not both commit', async () => {
  await target('a', { requires: null });
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const client = new pg.Client({ connectionString: shop.database.ownerUrl });
      await client.connect();
      await client.query('begin');
      await client.query(`set local burgee.reason = 'race'`);
      return client;
    }),
  );
  const [first, second] = clients as [pg.Client, pg.Client];
  for (const [client, key, required] of [
    [first, 'step-12', 'step-11'],
    [second, 'step-11', 'step-12'],
  ] as const) {
    const [text, values] = settingUpdate(key, 'production', { requires: requiring(required) });
    await client.query(text, [...(values ?? [])]);
  }
  await first.query('commit');
  expect(await refusalOf(second.query('commit'))).toMatchObject({
    code: 'PREREQUISITE_CYCLE',
    message: 'cycle: step-11 -> step-12 -> step-11',
  });
  await Promise.all(clients.map((client) => client.end()));
});

test('what is required is neither archived nor loses the variant', async () => {
  await target('a', { requires: requiring('b') });
  const archive = shop.database.sql(`update burgee.flag set archived_at = now() where key = 'b'`);
  expect(await refusalOf(archive)).toMatchObject({ code: 'IN_USE', message: 'b is required by a' });
  const rename = shop.database.sql(`update burgee.flag set variants = '{"yes": true, "off": false}' where key = 'b'`);
  expect(await refusalOf(rename)).toMatchObject({ code: 'INVALID_FLAG' });
  await shop.flag('colour', { value_type: 'string', variants: { blue: 'blue', red: 'red', green: 'green' } });
  await target('c', { requires: [{ flag: 'colour', variants: ['red'] }] });
  const recolour = shop.database.sql(`update burgee.flag set variants = variants - 'red' where key = 'colour'`);
  expect(await refusalOf(recolour)).toMatchObject({
    code: 'IN_USE',
    message: 'variant red of colour is required by c',
  });
});

test('a segment that a live flag names is not archived', async () => {
  await target('a', { rules: [{ id: 'staff', if: [{ segment: 'staff' }], serve: 'on' }] });
  const archive = () => shop.database.sql(`update burgee.segment set archived_at = now() where key = 'staff'`);
  expect(await refusalOf(archive())).toMatchObject({ code: 'IN_USE', message: 'segment staff is used by a' });
  await target('a', { rules: null });
  await archive();
});

test('a flag that code of a server used in the last two days is not archived; what browsers send holds nothing up', async () => {
  await shop.database.run(`
    insert into burgee.flag_exposure (flag_id, flag_key, environment_id, variant, application, hour, source, count, through_client_key)
    select flag.id, flag.key, '${shop.environments.production}', 'on', 'shop', date_trunc('hour', now() - interval '47 hours', 'UTC'), 'used', 5,
      flag.key = 'browsed'
    from burgee.flag
    where flag.key in ('used', 'browsed');
  `);
  const archive = (key: string) =>
    shop.database.sql(`update burgee.flag set archived_at = now() where key = $1`, [key]);
  const refusal = await refusalOf(archive('used'));
  expect(refusal.code).toBe('IN_USE');
  expect(refusal.message).toMatch(/^code used used in the last 48 hours, at \d{4}-\d\d-\d\d \d\d:00 UTC$/);
  await archive('browsed');
});

test('nobody archives a flag that an open transaction begins to require', async () => {
  const open = new pg.Client({ connectionString: shop.database.ownerUrl });
  await open.connect();
  await open.query('begin');
  await open.query(`set local burgee.reason = 'slow'`);
  const [text, values] = settingUpdate('step-12', 'development', { requires: requiring('step-0') });
  await open.query(text, [...(values ?? [])]);
  const archive = refusalOf(shop.database.sql(`update burgee.flag set archived_at = now() where key = 'step-0'`));
  await open.query('commit');
  expect(await archive).toMatchObject({ code: 'IN_USE', message: 'step-0 is required by step-12' });
  await open.end();
});

test('references follow the setting', async () => {
  await through(
    shop.database.ownerUrl,
    null,
    [`set local burgee.reason = 'x'`],
    settingUpdate('a', 'production', { requires: null, rules: null }),
  );
  expect(
    await shop.database.sql(
      `select from burgee.setting_reference reference join burgee.flag on flag.id = reference.flag_id where flag.key = 'a'`,
    ),
  ).toEqual([]);
});
