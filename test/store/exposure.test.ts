import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop, through } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.flag('banner');
});
afterAll(() => shop.stop());

const count = (hour: string, variant: string | null = 'on') =>
  through(shop.database.apiUrl, { 'x-burgee-door': 'job' }, [
    `insert into burgee.flag_exposure (flag_id, flag_key, environment_id, variant, application, hour, source, count)
     values ((select id from burgee.flag), 'banner', $1, $2, 'shop', $3, 'used', 2)
     on conflict (environment_id, flag_key, variant, application, source, hour) do update set count = flag_exposure.count + excluded.count`,
    [shop.environments.production, variant, hour],
  ]);

test('counts of an hour are added up, also where no variant was served', async () => {
  for (const variant of ['on', 'on', null, null]) await count('2026-03-01T10:00:00Z', variant);
  expect(await shop.database.sql('select variant, count::int from burgee.flag_exposure order by variant')).toEqual([
    { variant: 'on', count: 4 },
    { variant: null, count: 4 },
  ]);
});

const make = async (month: string): Promise<boolean> => {
  const [made] = await through(shop.database.apiUrl, null, ['select burgee.make_exposure_month($1) as made', [month]]);
  return made!.rows[0].made;
};

test('a worker makes the partition of a month once, before its first count', async () => {
  expect([await make('2027-01-01'), await make('2027-01-15')]).toEqual([true, false]);
  expect(await make('2026-03-01')).toBe(false);
  await count('2027-01-31T23:00:00Z');
  expect(
    await shop.database.sql('select tableoid::regclass::text as partition from burgee.flag_exposure where hour > $1', [
      '2027-01-01',
    ]),
  ).toEqual([{ partition: 'burgee.flag_exposure_p202701' }]);
});

test('a partition waits for no writer, so that neither locks the other out', async () => {
  const writer = new pg.Client({ connectionString: shop.database.ownerUrl });
  await writer.connect();
  try {
    await writer.query(`begin; update burgee.flag set description = 'Sale'`);
    expect(await make('2027-03-01')).toBe(false);
    await writer.query('update burgee.environment set position = position; commit');
  } finally {
    await writer.end();
  }
  expect(await make('2027-03-01')).toBe(true);
});

test('an hour is a whole one of UTC', async () => {
  await expect(count('2026-03-01T10:30:00Z')).rejects.toThrow('flag_exposure_whole_hour');
});

test('a batch that comes twice is seen', async () => {
  const batch = '0d9e64f5-5a3c-4f5e-9c39-4b1f1a1f7a11';
  const take = () =>
    through(shop.database.apiUrl, null, [
      'insert into burgee.exposure_batch (batch_id) values ($1) on conflict do nothing',
      [batch],
    ]);
  const [first, second] = [await take(), await take()];
  expect([first[0]!.rowCount, second[0]!.rowCount]).toEqual([1, 0]);
});
