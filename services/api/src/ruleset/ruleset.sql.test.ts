import { seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Postgres } from '../postgres.ts';
import { readRuleset } from './ruleset.sql.ts';

let database: ThrowawayDatabase;
let postgres: Postgres;
beforeAll(async () => {
  database = await throwawayDatabase();
  await seed(database);
  await database.sql(
    `insert into burgee.flag (project_id, key, value_type, variants, client_visible, metadata)
     select id, 'of-everything', 'object', '{"a": {"x": [1, null]}, "b": {}}', true, '{"team": "checkout"}' from burgee.project`,
  );
  await database.sql(
    `update burgee.flag_setting
        set enabled = true, change_reason = 'a test', off_variant = null, default_serve = 'null', salt = 'sel "quoted"', semantics = 'burgee-1',
            rules = '[{"id": "r", "if": [{"attr": "a", "op": "in", "values": ["ä", "1"]}], "serve": "a"}]',
            requires = '[{"flag": "new-checkout", "variants": ["on"]}]'
      where flag_id in (select id from burgee.flag where key = 'of-everything')`,
  );
  postgres = new Postgres({ url: database.apiUrl, onError: () => undefined });
});
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

test('reads what the store calls the wire form, of every environment', async () => {
  const environments = await database.sql<{ id: string; wire: { flags: object; segments: object } }>(
    'select id, burgee.wire_ruleset(id) as wire from burgee.environment',
  );
  expect(environments.length).toBeGreaterThan(1);
  for (const { id, wire } of environments) {
    const stored = await readRuleset(postgres, id, { heldVersion: undefined, timeoutMs: 5000 });
    expect(stored).toMatchObject({ raw: wire });
    expect(JSON.parse(JSON.stringify(stored)).raw.flags).toEqual(wire.flags);
    expect(JSON.parse(JSON.stringify(stored)).raw.segments).toEqual(wire.segments);
    expect(wire.flags).toHaveProperty('of-everything.requires');
  }
});
