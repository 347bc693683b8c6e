import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimOf, openShop, refusalOf, type Shop, settingUpdate, through } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.flag('banner');
});
afterAll(() => shop.stop());

test('an update that names an older revision is refused, and told the newest', async () => {
  await shop.target('banner', 'production', { enabled: true });
  await shop.target('banner', 'production', { salt: 'two' });
  const refusal = await refusalOf(shop.target('banner', 'production', { salt: 'three', revision: 2 }));
  expect(refusal).toMatchObject({
    code: 'REVISION_CONFLICT',
    sqlstate: 'BG012',
    message: 'banner in production has changed: you saw revision 2, the newest is 3',
  });
});

test('an update that names the newest revision, or none, counts it', async () => {
  await shop.target('banner', 'production', { salt: 'three', revision: 3 });
  await shop.target('banner', 'production', { salt: 'four' });
  expect(await shop.setting('banner', 'production')).toMatchObject({ salt: 'four', revision: '5' });
});

test('a revision from the future is refused', async () => {
  expect(await refusalOf(shop.target('banner', 'production', { salt: 'x', revision: 99 }))).toMatchObject({
    code: 'REVISION_CONFLICT',
  });
});

test('of two people who saw the same revision, one succeeds', async () => {
  const write = (salt: string) =>
    through(
      shop.database.apiUrl,
      claimOf(shop.members.admin, 'ui'),
      settingUpdate('banner', 'development', { salt, revision: 1 }),
    );
  const outcomes = await Promise.allSettled([write('mine'), write('yours')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('an update that changes nothing counts nothing', async () => {
  const before = await shop.setting('banner', 'production');
  await shop.target('banner', 'production', { salt: before.salt, revision: before.revision });
  expect(await shop.setting('banner', 'production')).toEqual(before);
});

test('flags and segments are held the same way', async () => {
  await shop.database.sql(`insert into burgee.segment (project_id, key) values ($1, 'staff')`, [shop.projectId]);
  for (const table of ['flag', 'segment']) {
    await shop.database.sql(`update burgee.${table} set description = 'first', revision = 1`);
    const late = shop.database.sql(`update burgee.${table} set description = 'second', revision = 1`);
    expect(await refusalOf(late)).toMatchObject({ code: 'REVISION_CONFLICT' });
  }
});

test('a changed member counts as a change of its segment', async () => {
  await shop.database.sql(
    `insert into burgee.segment_member (segment_id, targeting_key) select id, 'ada' from burgee.segment`,
  );
  const [segment] = await shop.database.sql<{ revision: string }>('select revision from burgee.segment');
  expect(segment).toEqual({ revision: '3' });
});
