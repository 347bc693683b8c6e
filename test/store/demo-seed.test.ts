import { parseRuleset } from '@burgee/evaluator';
import { seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';

let database: ThrowawayDatabase;
beforeAll(async () => {
  database = await throwawayDatabase();
  await seed(database);
});
afterAll(() => database.drop());

test('seeding again changes nothing', async () => {
  const count = () =>
    database.sql(
      'select (select count(*) from burgee.flag) as flags, (select max(id) from burgee.audit_entry) as entries',
    );
  const before = await count();
  await seed(database);
  expect(await count()).toEqual(before);
  expect(Number(before[0]!.flags)).toBeGreaterThanOrEqual(12);
});

test('every kind and type that people meet is there, with description, owner and tags', async () => {
  const flags = await database.sql<Record<string, string>>('select * from burgee.flag');
  expect(new Set(flags.map(({ kind }) => kind))).toEqual(
    new Set(['release', 'experiment', 'operational', 'permission']),
  );
  expect(new Set(flags.map(({ value_type }) => value_type))).toEqual(
    new Set(['boolean', 'string', 'integer', 'object']),
  );
  for (const { description, owner, tags } of flags) {
    expect(description).not.toBe('');
    expect(owner).toContain('@');
    expect(tags).not.toEqual([]);
  }
});

test('the flag rolled out 20 days ago is overdue, the one rolled out 13 days ago is not yet', async () => {
  const stale = async (as_of: string) =>
    (
      await database.sql<{ flag_key: string }>(
        `select flag_key from burgee.stale_flags((select id from burgee.project), now() + $1::interval) where finding = 'stale'`,
        [as_of],
      )
    ).map(({ flag_key }) => flag_key);
  expect(await stale('0')).toEqual(['gift-cards']);
  expect(await stale('2 days')).toEqual(['gift-cards', 'dark-storefront']);
});

test('the evaluator accepts each environment’s ruleset', async () => {
  const rulesets = await database.sql<{ ruleset: unknown }>(
    'select burgee.wire_ruleset(id) as ruleset from burgee.environment',
  );
  expect(rulesets).toHaveLength(3);
  for (const { ruleset } of rulesets) expect(parseRuleset(ruleset)).toMatchObject({ ok: true });
});

test('its past is audited as it was, and verifies', async () => {
  const [entry] = await database.sql<{ days: string }>(
    `select round(extract(epoch from now() - at) / 86400) as days from burgee.audit_entry where subject_key = 'gift-cards' and reason = 'Works; for everyone'`,
  );
  expect(entry).toEqual({ days: '20' });
  expect(await database.sql('select from burgee.verify_audit((select id from burgee.project)) where not ok')).toEqual(
    [],
  );
});
