import { afterEach, beforeEach, expect, test } from 'vitest';
import { openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop({ development: false, europe: true, america: true });
});
afterEach(() => shop.stop());

/** A day in March, so that tests read `day(13)`. */
const day = (nr: number) =>
  `2026-03-01T12:00:00Z`.replace(/.*/, (start) => new Date(Date.parse(start) + nr * 86_400_000).toISOString());

const addFlag = (key: string, columns: Record<string, unknown> = {}) =>
  shop.database.run(`
    select set_config('burgee.now', '${day(-30)}', true);
    insert into burgee.flag (project_id, key, owner, ${['kind', ...Object.keys(columns)].join(', ')})
    values ('${shop.projectId}', '${key}', 'team', ${["'release'", ...Object.values(columns).map((value) => `'${value}'`)].join(', ')});
  `);
const at = (nr: number, statement: string) =>
  shop.database.run(`
    select set_config('burgee.now', '${day(nr)}', true), set_config('burgee.reason', 'test', true);
    ${statement};
  `);
const findings = async (nr: number) =>
  (
    await shop.database.sql<{ flag_key: string; finding: string; days: number }>(
      'select flag_key, finding, days from burgee.stale_flags($1, $2)',
      [shop.projectId, day(nr)],
    )
  ).map(({ flag_key, finding, days }) => `${flag_key} ${finding} ${days}`);
const rollOut = (key: string, nr: number, environment = 'europe') =>
  shop.target(key, environment, { enabled: true }, day(nr));

test('a flag is stale when it was rolled out for longer than two weeks', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  expect(await findings(14)).toEqual([]);
  expect(await findings(15)).toEqual(['checkout stale 15']);
});

test('two weeks are 14 times 24 hours, also where clocks are put forward in between', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 20); // 21 March; on the 29th an hour is missing in Berlin
  const early = new Date(Date.parse(day(34)) - 1_800_000).toISOString();
  await shop.database.run(`
    set timezone = 'Europe/Berlin';
    do $$
    begin
      if exists (select from burgee.stale_flags('${shop.projectId}', '${early}')) then
        raise exception 'stale half an hour early';
      end if;
    end
    $$`);
});

test('a description edited on day 13 moves nothing', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  await at(
    13,
    `update burgee.flag set description = 'edited', tags = '{old}', name = 'Checkout', owner = 'somebody' where key = 'checkout'`,
  );
  expect(await findings(15)).toEqual(['checkout stale 15']);
});

test('a change in staging moves nothing', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  await shop.target(
    'checkout',
    'development',
    { enabled: true, rules: [{ id: 'half', rollout: 50, serve: 'off' }] },
    day(13),
  );
  expect(await findings(15)).toEqual(['checkout stale 15']);
});

test('a switch to 50 % makes it disappear, and going back starts anew', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  await shop.target('checkout', 'europe', { rules: [{ id: 'half', rollout: 50, serve: 'off' }] }, day(13));
  expect(await findings(15)).toEqual([]);
  expect(await shop.setting('checkout', 'europe')).toMatchObject({ settled_at: null, settled_value: null });
  await shop.target('checkout', 'europe', { rules: null }, day(16));
  expect(await findings(30)).toEqual([]);
  expect(await findings(31)).toEqual(['checkout stale 15']);
});

test('a rule that serves the same value moves nothing', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  const rules = [
    { id: 'vip', if: [{ attr: 'plan', op: 'equals', values: ['vip'] }], serve: 'on' },
    { id: 'half', rollout: 50, serve: 'on' },
  ];
  await shop.target('checkout', 'europe', { rules }, day(13));
  expect(await findings(15)).toEqual(['checkout stale 15']);
});

test('two production environments must both have it, with the same value, and the later one counts', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0, 'europe');
  await rollOut('checkout', 10, 'america');
  expect(await findings(15)).toEqual([]);
  expect(await findings(25)).toEqual(['checkout stale 15']);
  await shop.target('checkout', 'america', { enabled: false }, day(26));
  expect(await findings(60)).toEqual([]);
});

test('an environment where it was never enabled does not count', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0, 'europe');
  expect(await shop.setting('checkout', 'america')).toMatchObject({ first_enabled_at: null });
  expect(await findings(15)).toEqual(['checkout stale 15']);
});

test('different values in two production environments are not rolled out', async () => {
  await addFlag('layout', { value_type: 'string', variants: '{"a": "a", "b": "b"}' });
  await shop.target('layout', 'europe', { enabled: true, default_serve: '"a"' }, day(0));
  await shop.target('layout', 'america', { enabled: true, default_serve: '"b"' }, day(0));
  expect(await findings(29)).toEqual([]);
});

test('a ramp is rolled out from the day it ends, without anybody writing', async () => {
  await addFlag('delivery');
  const ramp = { from: 0, to: 100, start: day(1), end: day(8) };
  await shop.target(
    'delivery',
    'europe',
    { enabled: true, default_serve: '"off"', rules: [{ id: 'ramp', rollout: ramp, serve: 'on' }] },
    day(0),
  );
  expect(await shop.setting('delivery', 'europe')).toMatchObject({ settled_at: new Date(day(8)), settled_value: true });
  expect(await findings(22)).toEqual([]);
  expect(await findings(23)).toEqual(['delivery stale 15']);
  await shop.target('delivery', 'europe', { rules: null, default_serve: '"on"' }, day(20));
  expect(await findings(23)).toEqual(['delivery stale 15']);
});

test('a ramp that ends below 100 % never settles', async () => {
  await addFlag('delivery');
  const ramp = { from: 0, to: 50, start: day(1), end: day(8) };
  await shop.target(
    'delivery',
    'europe',
    { enabled: true, default_serve: '"off"', rules: [{ id: 'ramp', rollout: ramp, serve: 'on' }] },
    day(0),
  );
  expect(await shop.setting('delivery', 'europe')).toMatchObject({ settled_at: null });
});

test('a parent that settles later counts', async () => {
  await addFlag('parent');
  await addFlag('child');
  await shop.target('parent', 'europe', { enabled: true, rules: [{ id: 'half', rollout: 50, serve: 'off' }] }, day(0));
  await shop.target('child', 'europe', { enabled: true, requires: [{ flag: 'parent', variants: ['on'] }] }, day(0));
  expect(await findings(20)).toEqual([]);
  await shop.target('parent', 'europe', { rules: null }, day(10));
  expect(await findings(24)).toEqual([]);
  expect(await findings(25)).toEqual(['child stale 15', 'parent stale 15']);
  await shop.target('parent', 'europe', { enabled: false }, day(26));
  expect(await findings(41)).toEqual(['child concluded_off 15', 'parent concluded_off 15']);
});

test('what is served while a requirement is not met is what the requirement says', async () => {
  await addFlag('parent');
  await addFlag('layout', { value_type: 'string', variants: '{"a": "a", "b": "b"}' });
  const requires = (other: object) => [{ flag: 'parent', variants: ['on'], ...other }];
  const columns = { enabled: true, default_serve: '"a"', off_variant: 'b' };
  await shop.target('layout', 'europe', { ...columns, requires: requires({ else: 'a' }) }, day(0));
  await shop.target('parent', 'europe', { enabled: true, rules: [{ id: 'half', rollout: 50, serve: 'off' }] }, day(0));
  expect(await findings(15)).toEqual(['layout stale 15']);
  await shop.target('layout', 'europe', { requires: requires({}) }, day(16));
  expect(await findings(30)).toEqual([]);
  await shop.target('parent', 'europe', { enabled: false }, day(16));
  expect(await findings(31)).toEqual(['layout concluded_off 15', 'parent concluded_off 15']);
  await shop.target('layout', 'europe', { requires: requires({ else: null }) }, day(16));
  expect(await findings(31)).toEqual(['layout stale 15', 'parent concluded_off 15']);
});

test('a value without a name meets no requirement, also when a variant has the same', async () => {
  await addFlag('parent');
  await addFlag('child');
  await shop.target('parent', 'europe', { enabled: true, default_serve: '{"value": true}' }, day(0));
  await shop.target('child', 'europe', { enabled: true, requires: [{ flag: 'parent', variants: ['on'] }] }, day(0));
  expect(await findings(15)).toEqual(['parent stale 15']);
});

test('a flag of Unleash settles as ours do, but for a strategy that leaves out who has no such attribute', async () => {
  await addFlag('checkout', { origin: '{"reference": "unleash"}' });
  const strategy = (by: string[]) => [{ id: 's', rollout: { percent: 100, by, seed: 'checkout' } }];
  const columns = { enabled: true, semantics: 'unleash', default_serve: '"off"' };
  await shop.target('checkout', 'europe', { ...columns, rules: strategy(['userId', '$random']) }, day(0));
  expect(await findings(15)).toEqual(['checkout stale 15']);
  await shop.target('checkout', 'europe', { rules: strategy(['userId']) }, day(16));
  expect(await findings(31)).toEqual([]);
});

test('a flag that nobody but its own semantics can tell about is listed as unknown, apart from those that are stuck', async () => {
  await addFlag('feature', { origin: '{"reference": "growthbook-1"}' });
  const foreign = { defaultValue: true };
  await shop.target('feature', 'europe', { enabled: true, foreign_rule: foreign }, day(0));
  expect(await findings(15)).toEqual(['feature stale 15']);
  await shop.target(
    'feature',
    'europe',
    { foreign_rule: { ...foreign, rules: [{ force: false, coverage: 0.5 }] } },
    day(16),
  );
  expect(await findings(30)).toEqual([]);
  expect(await findings(31)).toEqual(['feature unknown 15']);
  expect(await findings(60)).toEqual(['feature unknown 44']);
  await shop.target('feature', 'europe', { enabled: false }, day(61));
  expect(await findings(76)).toEqual(['feature concluded_off 15']);
});

test('a new value of the variant starts the clock anew', async () => {
  await addFlag('limit', { value_type: 'integer', variants: '{"small": 1, "large": 9}' });
  await shop.target('limit', 'europe', { enabled: true, default_serve: '"small"' }, day(0));
  await at(10, `update burgee.flag set variants = '{"small": 2, "large": 9}' where key = 'limit'`);
  expect(await findings(15)).toEqual([]);
  expect(await findings(25)).toEqual(['limit stale 15']);
  await at(26, `update burgee.flag set variants = '{"small": 2, "large": 10}' where key = 'limit'`);
  expect(await findings(27)).toEqual(['limit stale 17']);
});

test('a flag that was on and is off is concluded, not stale', async () => {
  await addFlag('fax');
  await rollOut('fax', 0);
  await shop.target('fax', 'europe', { enabled: false }, day(5));
  expect(await findings(19)).toEqual([]);
  expect(await findings(20)).toEqual(['fax concluded_off 15']);
});

test('a flag with more than one outcome is stuck after 30 days, an experiment after 60', async () => {
  await addFlag('search');
  await addFlag('trial');
  await at(-29, `update burgee.flag set kind = 'experiment' where key = 'trial'`);
  for (const key of ['search', 'trial']) {
    await shop.target(key, 'europe', { enabled: true, rules: [{ id: 'half', rollout: 50, serve: 'off' }] }, day(0));
  }
  expect(await findings(30)).toEqual([]);
  expect(await findings(31)).toEqual(['search stuck 31']);
  expect(await findings(61)).toEqual(['search stuck 61', 'trial stuck 61']);
});

test('permanent flags are never stale, and becoming one is told', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  await at(15, `update burgee.flag set kind = 'operational' where key = 'checkout'`);
  expect(await findings(16)).toEqual(['checkout kind_changed 1']);
});

test('an extension puts it off, and the project says how long is too long', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  await at(10, `update burgee.flag set stale_extended_until = '${day(20)}' where key = 'checkout'`);
  expect(await findings(20)).toEqual([]);
  expect(await findings(21)).toEqual(['checkout stale 21']);
  await shop.database.sql(`update burgee.project set stale_after = '30 days'`);
  expect(await findings(21)).toEqual([]);
});

test('an archived flag is gone', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  await at(16, `update burgee.flag set archived_at = burgee.now() where key = 'checkout'`);
  expect(await findings(17)).toEqual([]);
});

test('a flag that nothing uses and no code names is ready to archive, once anything is known of code and use', async () => {
  await addFlag('checkout');
  await addFlag('lost');
  await rollOut('checkout', 0);
  expect(await findings(40)).toEqual(['checkout stale 40']);
  await at(
    10,
    `
    insert into burgee.code_reference (flag_id, repository, path, line, commit) select id, 'shop', 'a.ts', 1, 'c0ffee' from burgee.flag where key = 'lost';
    insert into burgee.flag_exposure (flag_id, flag_key, environment_id, hour, source, count)
    select flag.id, flag.key, '${shop.environments.europe}', date_trunc('hour', used_at, 'UTC'), 'used', 1
    from burgee.flag, unnest(array[timestamptz '${day(5)}', '${day(20)}']) as used_at
    where flag.key = 'checkout'`,
  );
  expect(await findings(21)).toEqual(['checkout stale 21']);
  expect(await findings(40)).toEqual(['checkout stale 40', 'checkout ready_to_archive 20', 'lost abandoned 70']);
});

test('what a flag was before it existed is not told', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  expect(await findings(-40)).toEqual([]);
});

test('a report is filed once for a period, whoever tries', async () => {
  await addFlag('checkout');
  await rollOut('checkout', 0);
  const file = () =>
    shop.database.sql<{ id: string | null }>(`select burgee.file_stale_report($1, 'monthly', '2026-03-01', $2) as id`, [
      shop.projectId,
      day(31),
    ]);
  const filed = (await Promise.all([file(), file(), file(), file()])).flat();
  expect(filed.filter(({ id }) => id !== null)).toHaveLength(1);
  const [report] = await shop.database.sql<{ body: Record<string, unknown> }>('select body from burgee.stale_report');
  expect(report!.body).toMatchObject({
    project: 'shop',
    period: '2026-03-01',
    findings: [{ flag: 'checkout', finding: 'stale', days: 31, codeReferences: [] }],
    changes: [{ environment: 'europe', key: 'checkout', reason: 'test', actor: 'db:burgee_owner' }],
    trend: [],
  });
  expect(await shop.database.sql('select flag_key, finding, days from burgee.stale_finding')).toEqual([
    { flag_key: 'checkout', finding: 'stale', days: 31 },
  ]);
});

test('a monthly report tells changes of flags and segments themselves, as far as production decides by them', async () => {
  for (const key of ['checkout', 'gone']) await addFlag(key);
  await shop.database.run(
    `insert into burgee.segment (project_id, key) select '${shop.projectId}', unnest(array['staff', 'spare'])`,
  );
  await at(0, `update burgee.flag set description = 'only words' where key = 'gone'`);
  await shop.target(
    'checkout',
    'europe',
    { rules: [{ id: 'staff', if: [{ segment: 'staff' }], serve: 'on' }] },
    day(1),
  );
  await at(2, `update burgee.flag set metadata = '{"team": "web"}' where key = 'checkout'`);
  await at(3, `insert into burgee.segment_member (segment_id, targeting_key) select id, 'ada' from burgee.segment`);
  await at(4, `update burgee.flag set archived_at = burgee.now() where key = 'gone'`);
  await shop.target('checkout', 'development', { enabled: true }, day(5));
  await at(6, `update burgee.environment set is_production = false where key = 'america'`);
  const [told] = await shop.database.sql<{
    changes: { environment: string; subject: string; key: string; operation: string }[];
  }>('select burgee.report_changes($1, $2, $3) as changes', [shop.projectId, day(-1), day(30)]);
  expect(
    told!.changes.map(({ environment, subject, key, operation }) => [environment, subject, key, operation].join(' ')),
  ).toEqual([
    'europe flag_setting checkout update',
    ' flag checkout update',
    ' segment_member staff insert',
    ' flag gone archive',
    ' environment america update',
  ]);
});

test('a filed report is never changed', async () => {
  await shop.database.sql(`select burgee.file_stale_report($1, 'daily', '2026-03-20', $2)`, [shop.projectId, day(19)]);
  for (const rewriting of [
    `update burgee.stale_report set period = '2026-03-21'`,
    'delete from burgee.stale_report',
    'truncate burgee.stale_report cascade',
    'truncate burgee.stale_finding',
  ]) {
    await expect(shop.database.sql(rewriting), rewriting).rejects.toThrow('is append-only');
  }
});
