import { goTo, up } from '@burgee/migrations';
import { seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationsDirectory as directory } from '../support/paths.ts';

let database: ThrowawayDatabase;
beforeEach(async () => {
  database = await throwawayDatabase();
  await seed(database);
});
afterEach(() => database.drop());

const inProduction = `flag_id = (select id from burgee.flag where key = 'gift-cards')
  and environment_id = (select id from burgee.environment where key = 'production')`;

test('what was required while references were undone is known after they are back', async () => {
  await goTo({ databaseUrl: database.ownerUrl, directory, version: '1795000310000' });
  await database.sql(
    `update burgee.flag_setting set requires = '[{"flag": "search-v2", "variants": ["on"]}]', change_reason = 'x' where ${inProduction}`,
  );
  await up({ databaseUrl: database.ownerUrl, directory });
  expect(
    await database.sql(`select kind, variant from burgee.setting_reference where ${inProduction} order by kind`),
  ).toEqual([
    { kind: 'flag', variant: null },
    { kind: 'variant', variant: 'on' },
  ]);
});

test('what was switched while the clock was undone starts it when it is back', async () => {
  await goTo({ databaseUrl: database.ownerUrl, directory, version: '1795000500000' });
  await database.sql(`update burgee.flag_setting set enabled = false where ${inProduction}`);
  await up({ databaseUrl: database.ownerUrl, directory });
  const [setting] = await database.sql(
    `select settled_value, settled_at > now() - interval '1 minute' as is_fresh from burgee.flag_setting where ${inProduction}`,
  );
  expect(setting).toEqual({ settled_value: false, is_fresh: true });
});
