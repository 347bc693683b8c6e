import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { claimOf, openShop, refusalOf, type Shop, settingUpdate, through } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.flag('banner');
  await shop.flag('payments', { kind: 'operational' });
});
beforeEach(async () => {
  await shop.target('banner', 'production', { enabled: true });
  await shop.target('payments', 'production', { enabled: true });
});
afterAll(() => shop.stop());

const byProductOwner = (key: string, columns: Record<string, unknown>) =>
  through(shop.database.apiUrl, claimOf(shop.members.product_owner, 'ui'), settingUpdate(key, 'production', columns));
const lastEntry = async () =>
  (
    await shop.database.sql(
      'select * from burgee.audit_entry where environment_id is not null order by id desc limit 1',
    )
  )[0];

test('switching off needs no reason, and is noted as an emergency', async () => {
  await byProductOwner('banner', { enabled: false });
  expect(await lastEntry()).toMatchObject({ emergency: true, reason: null, subject_key: 'banner' });
});

test('switching off with a reason is no emergency', async () => {
  await byProductOwner('banner', { enabled: false, change_reason: 'campaign over' });
  expect(await lastEntry()).toMatchObject({ emergency: false, reason: 'campaign over' });
});

test('a reason may be given afterwards: an entry of its own, and no new version', async () => {
  await byProductOwner('banner', { enabled: false });
  const versionOf = async () =>
    (await shop.database.sql("select version from burgee.environment where key = 'production'"))[0];
  const before = await versionOf();
  await byProductOwner('banner', { enabled: false, change_reason: 'the supplier failed' });
  expect(await lastEntry()).toMatchObject({ emergency: false, reason: 'the supplier failed', subject_key: 'banner' });
  expect(await versionOf()).toEqual(before);
});

test('switching off ignores an old revision', async () => {
  await byProductOwner('banner', { enabled: false, revision: 1 });
  expect(await shop.setting('banner', 'production')).toMatchObject({ enabled: false });
});

test('switching off works for a row that would no longer be accepted', async () => {
  await through(
    shop.database.ownerUrl,
    null,
    ['alter table burgee.flag_setting disable trigger user'],
    settingUpdate('banner', 'production', { rules: [{ rollout: { start: 'yesterday' } }, 7], off_variant: 'gone' }),
    ['alter table burgee.flag_setting enable trigger user'],
  );
  expect(await refusalOf(shop.target('banner', 'production', { salt: 'x' }))).toMatchObject({ code: 'INVALID_FLAG' });
  await byProductOwner('banner', { enabled: false });
  expect(await shop.setting('banner', 'production')).toMatchObject({ enabled: false });
  await shop.target('banner', 'production', { rules: null, off_variant: 'off' });
});

test('switching on needs a reason and the newest revision', async () => {
  await byProductOwner('banner', { enabled: false });
  expect(await refusalOf(byProductOwner('banner', { enabled: true }))).toMatchObject({
    code: 'REASON_REQUIRED',
    sqlstate: 'BG011',
  });
  const old = byProductOwner('banner', { enabled: true, revision: 1, change_reason: 'again' });
  expect(await refusalOf(old)).toMatchObject({ code: 'REVISION_CONFLICT' });
});

test('switching off together with another change is that change', async () => {
  expect(await refusalOf(byProductOwner('banner', { enabled: false, salt: 'x' }))).toMatchObject({
    code: 'REASON_REQUIRED',
  });
});

test('a kill switch goes both ways without a word', async () => {
  await byProductOwner('payments', { enabled: false, revision: 1 });
  await byProductOwner('payments', { enabled: true, revision: 1 });
  expect(await shop.setting('payments', 'production')).toMatchObject({ enabled: true });
  expect(await lastEntry()).toMatchObject({ emergency: true, subject_key: 'payments' });
});

test('switching off still takes the right', async () => {
  const switchOff = settingUpdate('banner', 'production', { enabled: false });
  for (const role of ['viewer', 'developer'] as const) {
    expect(await refusalOf(through(shop.database.apiUrl, claimOf(shop.members[role], 'ui'), switchOff))).toMatchObject({
      code: 'FORBIDDEN',
    });
  }
});
