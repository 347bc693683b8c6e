import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimOf, openShop, refusalOf, type Shop, settingUpdate, through } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.flag('banner');
});
afterAll(() => shop.stop());

const entries = (where: string) =>
  shop.database.sql<Record<string, unknown>>(`select * from burgee.audit_entry where ${where} order by id desc`);
const chains = () =>
  shop.database.sql<{ entries: string; ok: boolean; first_bad: string | null }>(
    'select * from burgee.verify_audit($1)',
    [shop.projectId],
  );

test('an API write leaves one entry with member, door and reason', async () => {
  await through(
    shop.database.apiUrl,
    claimOf(shop.members.product_owner, 'ui'),
    settingUpdate('banner', 'production', { enabled: true, change_reason: 'campaign starts' }),
  );
  const found = await entries(`reason = 'campaign starts'`);
  expect(found).toMatchObject([
    {
      actor: 'product_owner@shop.example',
      member_id: shop.members.product_owner,
      door: 'ui',
      db_login: 'burgee_api',
      subject: 'flag_setting',
      subject_key: 'banner',
      operation: 'update',
      emergency: false,
      environment_id: shop.environments.production,
      before: { enabled: false },
      after: { enabled: true },
    },
  ]);
});

test('a write through Hasura is told apart by its door', async () => {
  await through(
    shop.database.hasuraUrl,
    claimOf(shop.members.developer),
    settingUpdate('banner', 'development', { enabled: true, change_reason: 'by Hasura' }),
  );
  expect(await entries(`reason = 'by Hasura'`)).toMatchObject([
    { actor: 'developer@shop.example', door: 'hasura', db_login: 'burgee_hasura' },
  ]);
});

test('a write by the owner at psql is the login’s own, and a claim is only noted', async () => {
  await through(
    shop.database.ownerUrl,
    claimOf(shop.members.admin, 'ui'),
    settingUpdate('banner', 'production', { salt: 'spring', change_reason: 'by hand' }),
  );
  expect(await entries(`reason = 'by hand'`)).toMatchObject([
    {
      actor: 'db:burgee_owner',
      member_id: null,
      door: 'sql',
      claim: { 'x-hasura-burgee-member-id': shop.members.admin, 'x-burgee-door': 'ui' },
    },
  ]);
});

test('a change of nothing leaves no entry', async () => {
  const before = await entries('true');
  await shop.target('banner', 'production', { salt: 'spring' });
  expect(await entries('true')).toHaveLength(before.length);
});

test('archiving is an operation of its own', async () => {
  await shop.flag('old');
  await shop.database.sql(`update burgee.flag set archived_at = now(), change_reason = 'done' where key = 'old'`);
  expect(await entries(`subject_key = 'old' and operation = 'archive'`)).toMatchObject([
    { reason: 'done', environment_id: null },
  ]);
});

test('neither hash of a key nor reason stands in the rows that are kept', async () => {
  await shop.database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix) values ($1, 'server', 'shop', sha256('x'), 'abcdefgh')`,
    [shop.environments.production],
  );
  const [entry] = await entries(`subject = 'api_key'`);
  expect(Object.keys(entry!.after as object)).not.toContain('key_hash');
});

test('the owner of the table can neither change, delete, empty nor forge entries', async () => {
  for (const statement of [
    `update burgee.audit_entry set actor = 'somebody'`,
    'delete from burgee.audit_entry',
    'truncate burgee.audit_entry',
    `insert into burgee.audit_entry (project_id, at, actor, door, db_login, subject, subject_key, operation, canonical, hash)
     select id, now(), 'me', 'sql', 'me', 'flag', 'x', 'insert', '', '' from burgee.project`,
  ]) {
    expect(await refusalOf(shop.database.sql(statement))).toMatchObject({ code: 'APPEND_ONLY', sqlstate: 'BG013' });
  }
});

test('every chain verifies, and tells a changed, a missing and a cut-off entry', async () => {
  expect((await chains()).every(({ ok }) => ok)).toBe(true);
  for (const tampering of [
    `update burgee.audit_entry set reason = 'nothing to see' where reason = 'campaign starts'`,
    `update burgee.audit_entry set after = jsonb_set(after, '{enabled}', 'false') where reason = 'campaign starts'`,
    `delete from burgee.audit_entry where reason = 'campaign starts'`,
    `delete from burgee.audit_entry where id = (select max(id) from burgee.audit_entry where environment_id is not null)`,
  ]) {
    await through(
      shop.database.ownerUrl,
      null,
      ['alter table burgee.audit_entry disable trigger user'],
      [tampering],
      [
        `do $$ begin
          if (select bool_and(ok) from burgee.verify_audit((select id from burgee.project))) then raise exception 'not noticed'; end if;
          raise exception 'noticed';
        end $$`,
      ],
    ).then(
      () => expect.unreachable(),
      (error: Error) => expect(error.message, tampering).toBe('noticed'),
    );
  }
});

test('entries of transactions that commit at once hang on one chain without a fork', async () => {
  const keys = Array.from({ length: 12 }, (_, index) => `race-${index}`);
  for (const key of keys) await shop.flag(key);
  await Promise.all(
    keys.map((key) =>
      through(
        shop.database.apiUrl,
        claimOf(shop.members.developer, 'api'),
        settingUpdate(key, 'development', { salt: 'raced' }),
      ),
    ),
  );
  expect((await chains()).every(({ ok }) => ok)).toBe(true);
});

test('three thousand rows in one transaction are one version and three chains that verify', async () => {
  const version = () => shop.database.sql('select version::int from burgee.environment order by id');
  const before = await version();
  await shop.database.sql(
    `insert into burgee.flag (project_id, key, owner) select $1, 'bulk-' || nr, 'team' from generate_series(1, 1000) as nr`,
    [shop.projectId],
  );
  expect(await version()).toEqual(before.map(({ version }) => ({ version: Number(version) + 1 })));
  expect(await chains()).toHaveLength(3);
  expect((await chains()).every(({ ok }) => ok)).toBe(true);
}, 120_000);
