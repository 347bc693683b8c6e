import { catalogSnapshot, down, goTo, type Migration, readMigrations, status, up } from '@burgee/migrations';
import { seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrationsDirectory, snapshotFile } from '../support/paths.ts';

type Rows = ReadonlyMap<string, readonly string[]>;

const directory = migrationsDirectory;
const migrations = await readMigrations(directory);
const [base, ...others] = migrations as [Migration, ...Migration[]];
let database: ThrowawayDatabase;
let databaseUrl: string;
let schema: string;
let rows: Rows;

beforeAll(async () => {
  database = await throwawayDatabase({ empty: true });
  databaseUrl = database.ownerUrl;
  await up({ databaseUrl, directory });
  await seed(database);
  await addWhatTheSeedLacks();
  schema = await readSchema();
  rows = await readRows();
});
afterAll(() => database.drop());

test('the schema after all migrations is the one that was reviewed', async () => {
  await expect(schema).toMatchFileSnapshot(snapshotFile);
});

test('only the base migration may lose what it held', () => {
  const lossy = migrations.filter(({ down: sql }) => sql?.includes('burgee:down-lossy'));
  expect(lossy.map(({ version }) => version)).toEqual([base.version]);
});

test('every folder says its phase, and has a way back', () => {
  for (const { name, down: sql } of migrations) {
    expect(name).toMatch(/_(expand|migrate|contract)$/);
    expect(sql, name).toMatch(/^\s*(drop|alter|create|delete|revoke|select|update) /m);
  }
});

for (const { version, name } of [...others].reverse()) {
  test(`${version}_${name} can be undone and done again, and no row is lost`, async () => {
    await goTo({ databaseUrl, directory, version });
    const schemaWith = await readSchema();
    await down({ databaseUrl, directory });
    const schemaWithout = await readSchema();
    expect(schemaWithout).not.toBe(schemaWith);
    expectSameRows(await readRows());

    await up({ databaseUrl, directory, count: 1 });
    expect(await readSchema()).toBe(schemaWith);
    expectSameRows(await readRows(), tablesOf(schemaWith));
  });
}

test('undoing all leaves an empty database, doing all again the same schema', async () => {
  await goTo({ databaseUrl, directory, version: '0' });
  expect(await readSchema()).toBe('');
  await up({ databaseUrl, directory });
  expect(await readSchema()).toBe(schema);
  const states = (await status({ databaseUrl, directory })).map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(['applied']));
});

async function readSchema(): Promise<string> {
  return withClient((client) => catalogSnapshot(client));
}

/** Every row of every table as sorted JSON texts; without the queue, whose work our own constraints make repeatable. */
async function readRows(): Promise<Rows> {
  return withClient(async (client) => {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
       where relkind in ('r', 'p') and not relispartition
         and nspname !~ '^(pg_|information_schema|burgee_migrations|burgee_park|burgee_jobs)' order by 1`,
    );
    const found = new Map<string, string[]>();
    for (const { name } of tables.rows) {
      const content = await client.query<{ line: string }>(
        `select to_jsonb(content)::text as line from ${name} as content order by 1`,
      );
      found.set(
        name,
        content.rows.map(({ line }) => line),
      );
    }
    return found;
  });
}

/** Tables may go with their migration; rows of those that stay may not. */
function expectSameRows(found: Rows, expectedTables: ReadonlySet<string> = new Set(found.keys())): void {
  for (const table of expectedTables) expect(found.get(table), table).toEqual(rows.get(table));
}

function tablesOf(schemaText: string): ReadonlySet<string> {
  return new Set([...rows.keys()].filter((table) => schemaText.includes(`relation ${table} `)));
}

async function addWhatTheSeedLacks(): Promise<void> {
  await database.run(`
    insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
      select id, 'server', 'shop', sha256(convert_to(key, 'UTF8')), 'abcdefgh' from burgee.environment;
    insert into burgee.access_token (member_id, kind, name, token_hash) select id, 'cli', 'laptop', sha256(convert_to(email, 'UTF8')) from burgee.member;
    insert into burgee.setup_link (token_hash, expires_at) values (sha256('x'), now());
    insert into burgee.flag_exposure (flag_id, flag_key, environment_id, variant, application, hour, source, count)
      select flag.id, flag.key, environment.id, 'on', 'shop', date_trunc('hour', now(), 'UTC'), 'used', 3 from burgee.flag, burgee.environment;
    insert into burgee.exposure_batch (batch_id) values (gen_random_uuid());
    insert into burgee.unknown_flag (environment_id, flag_key) select id, 'nobody-knows' from burgee.environment;
    insert into burgee.code_reference (flag_id, repository, path, line, commit) select id, 'shop', 'src/' || key || '.ts', 7, 'c0ffee' from burgee.flag;
    insert into burgee.segment (project_id, key, semantics, conditions)
      select id, 'inner', 'unleash', '[{"attr": "userId", "op": "NUM_GT", "values": ["5"]}]' from burgee.project;
    insert into burgee.segment (project_id, key, conditions) select id, 'outer', '[{"segment": "inner"}]' from burgee.project;
    insert into burgee.flag (project_id, key, origin)
      select id, 'Imported ' || reference, jsonb_build_object('reference', reference)
      from burgee.project, unnest(array['unleash', 'growthbook-2', 'flagd-2']) as reference;
    select set_config('burgee.reason', 'imported', true);
    update burgee.flag_setting setting
      set enabled = true, rules = '[{"id": "r", "if": [{"segment": "outer"}], "rollout": {"percent": 100, "by": ["$random"]}, "serve": {"value": true}}]'
      from burgee.flag where flag.id = flag_id and flag.key = 'Imported unleash';
    update burgee.flag_setting setting
      set enabled = true, foreign_rule = '{"defaultValue": true, "rules": [{"parentConditions": [{"id": "Imported unleash"}]}]}'
      from burgee.flag where flag.id = flag_id and flag.key = 'Imported growthbook-2';
    select burgee.file_stale_report(id, 'monthly', '2026-03-01', now()) from burgee.project;
    select burgee.make_exposure_month('2027-05-01');
  `);
}

async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
