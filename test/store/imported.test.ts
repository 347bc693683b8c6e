import { parseFlag } from '@burgee/evaluator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, refusalOf, type Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ development: false, production: true });
});
afterAll(() => shop.stop());

const origin = (reference: string) => ({
  format: reference.split('-')[0],
  reference,
  importedAt: '2026-11-21T18:00:00Z',
});
const on = { on: true, off: false };
const wireOf = async (key: string, environment: string) => {
  const [row] = await shop.database.sql<{ flags: Record<string, unknown> }>('select burgee.wire_flags($1) as flags', [
    shop.environments[environment],
  ]);
  return row!.flags[key];
};

test.each(['unleash', 'unleash-node', 'growthbook-1', 'growthbook-2', 'flagd-1', 'flagd-2', 'flagd-3'])(
  'a flag of %s stands switched off, and well-formed, in every environment that was not imported',
  async (reference) => {
    const key = `Neuer Käse ~ ${reference}`;
    await shop.flag(key, { origin: origin(reference), variants: on });
    for (const environment of ['development', 'production']) {
      const flag = await wireOf(key, environment);
      expect(flag).toMatchObject({ key, enabled: false, semantics: reference });
      expect(parseFlag(flag)).toMatchObject({ ok: true });
    }
    await shop.database.sql(`insert into burgee.environment (project_id, key, name) values ($1, $2, $2)`, [
      shop.projectId,
      `new-${reference}`,
    ]);
    expect(await shop.setting(key, `new-${reference}`)).toMatchObject({ enabled: false, semantics: reference });
  },
);

test('a wide key is for imported flags that keep their semantics', async () => {
  expect(await refusalOf(shop.flag('New Checkout'))).toMatchObject({ code: 'INVALID_KEY' });
  for (const reference of ['burgee-1', 'launchdarkly']) {
    expect(await refusalOf(shop.flag('New Checkout', { origin: origin(reference) }))).toMatchObject({
      code: 'INVALID_FLAG',
      problems: [{ path: 'key', message: 'key may contain a-z 0-9 . _ -' }],
    });
  }
  await shop.flag('New Checkout', { origin: origin('unleash') });
  const converted = shop.target('New Checkout', 'development', { semantics: null });
  expect(await refusalOf(converted)).toMatchObject({ problems: [{ path: 'key' }] });
  for (const key of ['a/b', 'tab\t', 'é'.repeat(65), 'toString', '']) {
    expect((await refusalOf(shop.flag(key, { origin: origin('unleash') }))).code, key).toMatch(/^INVALID_(FLAG|KEY)$/);
  }
  await shop.flag('é'.repeat(64), { origin: origin('unleash') });
});

test('an imported flag may have one variant, a split of its own weights and a flag of any key as parent', async () => {
  await shop.flag('one', { origin: origin('unleash'), value_type: 'string', variants: { 'The One': '1' } });
  await shop.target('one', 'development', {
    semantics: 'unleash',
    requires: [{ flag: 'New Checkout', variants: ['on'], else: 'The One' }],
    rules: [
      {
        id: 'r',
        if: [{ attr: 'userId', op: 'NOT_IN', values: [], not: true }],
        rollout: { percent: 12.5, by: ['userId', '$random'], seed: 'one' },
        serve: {
          split: [
            ['The One', 3, { variant: 'a' }],
            ['The One', 7],
          ],
          by: ['userId'],
        },
      },
    ],
    default_serve: 'null',
  });
  expect(parseFlag(await wireOf('one', 'development'))).toMatchObject({ ok: true });
  const archive = shop.database.sql(`update burgee.flag set archived_at = now() where key = 'New Checkout'`);
  expect(await refusalOf(archive)).toMatchObject({ code: 'IN_USE', message: 'New Checkout is required by one' });
});

test('the parents of a GrowthBook feature are known where they are there, and stay while it names them', async () => {
  const foreign = (...ids: string[]) => ({
    defaultValue: false,
    rules: [{ parentConditions: ids.map((id) => ({ id, condition: { value: true }, gate: true })), force: true }],
  });
  for (const key of ['parent', 'child']) await shop.flag(key, { origin: origin('growthbook-1') });
  await shop.target('child', 'development', { foreign_rule: foreign('parent', 'nowhere', 'child') });
  const named = () =>
    shop.database.sql(
      `select reference.kind, required.key from burgee.setting_reference reference
       join burgee.flag on flag.id = reference.flag_id
       join burgee.flag required on required.id = reference.required_flag_id
       where flag.key = 'child' order by 2`,
    );
  expect(await named()).toEqual([
    { kind: 'parent', key: 'child' },
    { kind: 'parent', key: 'parent' },
  ]);
  const archive = (key: string) =>
    shop.database.sql(`update burgee.flag set archived_at = now() where key = $1`, [key]);
  expect(await refusalOf(archive('parent'))).toMatchObject({ code: 'IN_USE', message: 'parent is required by child' });
  await shop.target('parent', 'development', { foreign_rule: foreign('child') });
  await shop.target('child', 'development', { foreign_rule: {} });
  await shop.target('parent', 'development', { foreign_rule: {} });
  expect(await named()).toEqual([]);
  await archive('parent');
});

test('a name that is no semantics is refused by the sentence, and by the table', async () => {
  await shop.flag('plain');
  expect(await refusalOf(shop.target('plain', 'development', { semantics: 'unleash-2' }))).toMatchObject({
    code: 'INVALID_FLAG',
    problems: [{ path: 'semantics' }],
  });
  await shop.database.run('alter table burgee.flag_setting disable trigger user');
  await expect(shop.target('plain', 'development', { semantics: 'growthbook' })).rejects.toThrow(
    'flag_setting_semantics_known',
  );
});
