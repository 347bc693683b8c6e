import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { down, goTo, status, up } from '@burgee/migrations';
import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterEach, beforeEach, expect, test } from 'vitest';

let database: ThrowawayDatabase;
let directory: string;
beforeEach(async () => {
  database = await throwawayDatabase({ empty: true });
  directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  await addMigration('1_cats_expand', 'create table public.cat (name text);', 'drop table public.cat;');
  await addMigration('2_dogs_expand', 'create table public.dog (name text);', 'drop table public.dog;');
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

async function addMigration(name: string, upSql: string, downSql?: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'up.sql'), upSql);
  if (downSql !== undefined) await writeFile(join(directory, name, 'down.sql'), downSql);
}

const options = () => ({ databaseUrl: database.ownerUrl, directory });
const tables = async () =>
  (
    await database.sql<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace order by 1`,
    )
  ).map(({ name }) => name);

test('goes up, down, and to a version', async () => {
  expect((await up(options())).map(({ version }) => version)).toEqual(['1', '2']);
  expect(await up(options())).toEqual([]);
  expect((await down(options())).map(({ version }) => version)).toEqual(['2']);
  expect(await tables()).toEqual(['cat']);
  expect(await goTo({ ...options(), version: '2' })).toMatchObject([
    { direction: 'up', version: '2', name: 'dogs_expand' },
  ]);
  await goTo({ ...options(), version: '0' });
  expect(await tables()).toEqual([]);
});

test('says what is applied, pending, edited or unknown, and changes nothing by it', async () => {
  const states = async () => (await status(options())).map(({ version, state }) => `${version} ${state}`);
  expect(await states()).toEqual(['1 pending', '2 pending']);
  expect(await database.sql(`select to_regclass('burgee_migrations.applied') as books`)).toEqual([{ books: null }]);
  await up({ ...options(), count: 1 });
  await addMigration('1_cats_expand', 'create table public.cat (name text, age int);');
  await addMigration('3_birds_expand', 'create table public.bird (name text);');
  expect(await states()).toEqual(['1 edited', '2 pending', '3 pending']);
  await addMigration('1_cats_expand', 'create table public.cat (name text);');
  await up(options());
  await rm(join(directory, '3_birds_expand'), { recursive: true });
  expect(await states()).toEqual(['1 applied', '2 applied', '3 unknown']);
});

test('keeps nothing of a migration that fails, and says where it failed', async () => {
  await addMigration('3_birds_expand', 'create table public.bird (name text);\ncreate tabel public.fish ();');
  await expect(up(options())).rejects.toMatchObject({
    code: 'BURGEE_MIGRATIONS_004',
    message: expect.stringContaining('3_birds_expand/up.sql failed at line 2: syntax error at or near "tabel"'),
  });
  expect(await tables()).toEqual(['cat', 'dog']);
  expect((await status(options())).map(({ state }) => state)).toEqual(['applied', 'applied', 'pending']);
});

test('refuses a migration that was edited after it was applied', async () => {
  await up(options());
  await addMigration('1_cats_expand', 'create table public.cat (name text not null);');
  await expect(up(options())).rejects.toMatchObject({ code: 'BURGEE_MIGRATIONS_002' });
});

test('refuses to go back without a way', async () => {
  await addMigration('3_birds_expand', 'create table public.bird (name text);');
  await up(options());
  await expect(down(options())).rejects.toMatchObject({ code: 'BURGEE_MIGRATIONS_006' });
  await expect(goTo({ ...options(), version: '7' })).rejects.toMatchObject({ code: 'BURGEE_MIGRATIONS_005' });
});

test('refuses misnamed and doubled folders', async () => {
  await addMigration('birds', 'select 1;');
  await expect(up(options())).rejects.toMatchObject({ code: 'BURGEE_MIGRATIONS_001' });
  await rm(join(directory, 'birds'), { recursive: true });
  await addMigration('02_birds_expand', 'select 1;');
  await expect(up(options())).rejects.toMatchObject({ code: 'BURGEE_MIGRATIONS_001' });
  await expect(up({ ...options(), directory: join(directory, 'nowhere') })).rejects.toMatchObject({
    code: 'BURGEE_MIGRATIONS_001',
  });
});

test('many at once apply each migration once', async () => {
  const runs = await Promise.all(Array.from({ length: 4 }, () => up(options())));
  expect(runs.flat()).toHaveLength(2);
});

test('leaves the books to a Hasura CLI that keeps them, and says how to go on', async () => {
  await database.run(`
    create schema hdb_catalog;
    create table hdb_catalog.hdb_version (cli_state jsonb);
    insert into hdb_catalog.hdb_version values ('{"migrations": {"default": {"1": false}}}');
  `);
  await expect(up(options())).rejects.toMatchObject({
    code: 'BURGEE_MIGRATIONS_003',
    message: expect.stringContaining('hasura migrate apply --skip-execution --up all --database-name default'),
  });
  await database.run(`update hdb_catalog.hdb_version set cli_state = '{"migrations": {"default": {}}}'`);
  await up(options());
});

test('a file that says so runs outside a transaction', async () => {
  await addMigration(
    '3_index_expand',
    '-- hasura:no-transaction\ncreate index concurrently dog_name on public.dog (name);',
    'drop index public.dog_name;',
  );
  await up(options());
  expect(await tables()).toContain('dog_name');
});
