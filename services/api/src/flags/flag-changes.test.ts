import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

const create = `mutation ($input: CreateFlagInput!) { createFlag(input: $input) {
  key name kind valueType variants owner tags metadata revision requiredBy
  settings { enabled offVariant defaultServe rules requires revision environment { key isProduction } } } }`;
const switching = `mutation ($input: SwitchFlagInput!) { switchFlag(input: $input) { enabled revision environment { version } } }`;
const targeting = `mutation ($input: TargetFlagInput!) { targetFlag(input: $input) { enabled rules requires offVariant defaultServe revision } }`;
const updating = `mutation ($input: UpdateFlagInput!) { updateFlag(input: $input) { name description owner tags kind variants revision } }`;
const archiving = `mutation ($input: ArchiveFlagInput!) { archiveFlag(input: $input) { key archivedAt } }`;
const place = { project: 'shop', environment: 'staging' };

async function aFlag(key: string, more: Record<string, unknown> = {}) {
  const input = { project: 'shop', key, kind: 'release', owner: 'web', ...more };
  return (await shop.get('developer', create, { input })).createFlag;
}

test('makes a flag with a setting, switched off, in every environment', async () => {
  const flag = await aFlag('fresh-flag', { name: 'Fresh', tags: ['a'], metadata: { page: 'cart' } });
  expect(flag).toMatchObject({
    key: 'fresh-flag',
    name: 'Fresh',
    valueType: 'boolean',
    variants: { on: true, off: false },
    tags: ['a'],
    metadata: { page: 'cart' },
    revision: '1',
  });
  expect(flag.settings.map((setting: { environment: { key: string } }) => setting.environment.key)).toEqual([
    'development',
    'staging',
    'production',
  ]);
  expect(flag.settings[0]).toMatchObject({
    enabled: false,
    offVariant: 'off',
    defaultServe: 'on',
    rules: [],
    requires: [],
  });
  expect(await shop.lastEntry('fresh-flag')).toMatchObject({ actor: 'dev@shop.example', door: 'cli' });
});

test('gives a new flag its first variants everywhere for who may, and outside production for a developer', async () => {
  const more = { valueType: 'string', variants: { a: 'A', b: 'B' }, defaultVariant: 'a', offVariant: 'b' };
  const byDeveloper = await aFlag('first-variants', more);
  expect(byDeveloper.settings.map((one: { defaultServe: unknown }) => one.defaultServe)).toEqual(['a', 'a', null]);
  const input = { project: 'shop', key: 'first-variants-2', kind: 'release', owner: 'web', ...more };
  const { createFlag } = await shop.get('product_owner', create, { input });
  expect(createFlag.settings.map((one: { defaultServe: unknown }) => one.defaultServe)).toEqual(['a', 'a', 'a']);
});

test('switches in production with a reason, and refuses without one', async () => {
  await aFlag('switched');
  const input = { project: 'shop', environment: 'production', key: 'switched', enabled: true };
  expect(await shop.codeOf('product_owner', switching, { input })).toBe('REASON_REQUIRED');
  const { switchFlag } = await shop.get('product_owner', switching, { input: { ...input, reason: 'launch' } });
  expect(switchFlag.enabled).toBe(true);
  const version = await shop.database.sql(
    `select burgee.version_text(environment) as version from burgee.environment where key = 'production'`,
  );
  expect(switchFlag.environment.version).toBe(version[0]?.version);
  expect(await shop.lastEntry('switched')).toMatchObject({
    actor: 'pia@shop.example',
    door: 'cli',
    reason: 'launch',
    subject: 'flag_setting',
    operation: 'update',
    emergency: false,
  });
});

test('switches off without a revision or a reason, and records the emergency', async () => {
  await aFlag('emergency');
  const input = { project: 'shop', environment: 'production', key: 'emergency' };
  await shop.get('product_owner', switching, { input: { ...input, enabled: true, reason: 'launch' } });
  await shop.get('product_owner', switching, { input: { ...input, enabled: false, revision: '999' } });
  expect(await shop.lastEntry('emergency')).toMatchObject({ emergency: true, reason: null });
});

test('switches a kill switch on without a reason, whatever revision was seen', async () => {
  const input = { project: 'shop', environment: 'production', key: 'payments-kill-switch', revision: '999' };
  const { flag } = await shop.get(
    'viewer',
    '{ flag(project: "shop", key: "payments-kill-switch") { setting(environment: "production") { enabled } } }',
  );
  const enabled = !flag.setting.enabled;
  await shop.get('product_owner', switching, { input: { ...input, enabled } });
  await shop.get('product_owner', switching, { input: { ...input, enabled: !enabled } });
});

test('targets a flag, gives rules ids, and tells the newest form to who was slower', async () => {
  await aFlag('targeted');
  const input = {
    ...place,
    key: 'targeted',
    enabled: true,
    offVariant: 'off',
    defaultServe: 'off',
    rules: [{ rollout: 25 }],
  };
  const { targetFlag } = await shop.get('developer', targeting, { input: { ...input, revision: '1' } });
  expect(targetFlag).toMatchObject({ enabled: true, defaultServe: 'off', revision: '2', requires: [] });
  expect(targetFlag.rules).toEqual([{ id: expect.any(String), rollout: 25 }]);
  const answer = await shop.ask('admin', targeting, { input: { ...input, rules: [], revision: '1' } });
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringContaining('you saw revision 1, the newest is 2'),
    extensions: {
      code: 'REVISION_CONFLICT',
      current: { revision: '2', rules: [{ rollout: 25 }], flagKey: 'targeted' },
    },
  });
  expect(answer.errors?.[0]?.extensions.fix).toEqual(expect.any(String));
});

test('leaves what is not given, and takes away what is null', async () => {
  await aFlag('partly');
  const requires = [{ flag: 'new-checkout', variants: ['on'] }];
  const first = { ...place, key: 'partly', revision: '1', requires, rules: [{ id: 'all', serve: 'on' }] };
  await shop.get('developer', targeting, { input: first });
  const second = { ...place, key: 'partly', revision: '2', offVariant: null, rules: [] };
  const { targetFlag } = await shop.get('developer', targeting, { input: second });
  expect(targetFlag).toMatchObject({ requires, rules: [], offVariant: null, defaultServe: 'on' });
  const third = { ...place, key: 'partly', revision: '3', requires: null, defaultServe: null, rules: [] };
  expect((await shop.get('developer', targeting, { input: third })).targetFlag).toMatchObject({
    requires: [],
    defaultServe: null,
  });
});

test('updates what a flag is, and tells the newest form to who was slower', async () => {
  await aFlag('updated');
  const input = {
    project: 'shop',
    key: 'updated',
    revision: '1',
    description: 'says more',
    owner: 'team',
    tags: ['x', 'y'],
  };
  const { updateFlag } = await shop.get('developer', updating, { input });
  expect(updateFlag).toMatchObject({ description: 'says more', owner: 'team', tags: ['x', 'y'], revision: '2' });
  const answer = await shop.ask('developer', updating, { input: { ...input, name: 'late' } });
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'REVISION_CONFLICT',
    current: { revision: '2', key: 'updated' },
  });
  expect(await shop.lastEntry('updated')).toMatchObject({ actor: 'dev@shop.example', door: 'cli', subject: 'flag' });
});

test('archives a flag for ever, and neither one that is required nor one that code used', async () => {
  await aFlag('archived');
  const { archiveFlag } = await shop.get('admin', archiving, {
    input: { project: 'shop', key: 'archived', reason: 'done' },
  });
  expect(archiveFlag.archivedAt).toEqual(expect.any(String));
  expect(await shop.lastEntry('archived')).toMatchObject({ operation: 'archive', reason: 'done' });
  expect(await shop.codeOf('admin', archiving, { input: { project: 'shop', key: 'new-checkout', reason: 'x' } })).toBe(
    'IN_USE',
  );
  expect(
    await shop.codeOf('developer', create, { input: { project: 'shop', key: 'archived', kind: 'release', owner: '' } }),
  ).toBe('KEY_RETIRED');
});

test('tells what is not there', async () => {
  const input = { project: 'shop', environment: 'staging', key: 'no-such-flag', enabled: true };
  expect(await shop.codeOf('admin', switching, { input })).toBe('NOT_FOUND');
  expect(await shop.codeOf('admin', switching, { input: { ...input, key: 'new-checkout', environment: 'moon' } })).toBe(
    'NOT_FOUND',
  );
  expect(await shop.codeOf('admin', switching, { input: { ...input, project: 'moon' } })).toBe('NOT_FOUND');
  expect(await shop.codeOf('admin', updating, { input: { project: 'shop', key: 'new-checkout', revision: 'x' } })).toBe(
    'BAD_INPUT',
  );
  expect(
    await shop.codeOf('admin', updating, { input: { project: 'shop', key: 'new-checkout', revision: '-1' } }),
  ).toBe('BAD_INPUT');
  expect(
    await shop.codeOf('admin', updating, {
      input: { project: 'shop', key: 'new-checkout', revision: '999', name: 'x' },
    }),
  ).toBe('REVISION_CONFLICT');
});
