import type { Client } from 'pg';
import { MigrationsError } from './errors.ts';
import type { Migration } from './migrations.ts';

/** What stands in the books about one applied version. */
export interface AppliedMigration {
  readonly version: string;
  readonly name: string;
  readonly checksum: string;
  readonly appliedAt: Date;
}

/** Makes the books when they are missing; refuses a database whose books a Hasura CLI keeps. */
export async function openBooks(client: Client): Promise<void> {
  await refuseHasuraBooks(client);
  await client.query(`
    create schema if not exists burgee_migrations;
    create table if not exists burgee_migrations.applied (
      version bigint primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default clock_timestamp());`);
}

/** Ascending by version; empty where there are no books yet. */
export async function readBooks(client: Client): Promise<AppliedMigration[]> {
  const { rows: books } = await client.query<{ present: boolean }>(
    `select to_regclass('burgee_migrations.applied') is not null as present`,
  );
  if (books[0]?.present !== true) return [];
  const { rows } = await client.query<AppliedMigration>(
    `select version::text, name, checksum, applied_at as "appliedAt" from burgee_migrations.applied order by applied.version`,
  );
  return rows;
}

export async function enter(client: Client, { version, name, checksum }: Migration): Promise<void> {
  await client.query('insert into burgee_migrations.applied (version, name, checksum) values ($1, $2, $3)', [
    version,
    name,
    checksum,
  ]);
}

export async function strikeOut(client: Client, version: string): Promise<void> {
  await client.query('delete from burgee_migrations.applied where version = $1', [version]);
}

// Hasura's CLI writes its books into the metadata database, which may be this one: hdb_version since config version 3, schema_migrations before.
async function refuseHasuraBooks(client: Client): Promise<void> {
  for (const [table, versions] of hasuraBooks) {
    const { rows: tables } = await client.query<{ present: boolean }>('select to_regclass($1) is not null as present', [
      table,
    ]);
    if (tables[0]?.present !== true) continue;
    const { rows } = await client.query<{ count: string }>(versions);
    if (Number(rows[0]?.count ?? 0) > 0) throw keptByHasura();
  }
}

const hasuraBooks: [table: string, versions: string][] = [
  [
    'hdb_catalog.hdb_version',
    `select count(*) from hdb_catalog.hdb_version,
       jsonb_each(coalesce(cli_state::jsonb -> 'migrations', '{}')) source,
       jsonb_object_keys(case when jsonb_typeof(source.value) = 'object' then source.value else '{}' end)`,
  ],
  ['hdb_catalog.schema_migrations', 'select count(*) from hdb_catalog.schema_migrations'],
];

function keptByHasura(): MigrationsError {
  return new MigrationsError('BURGEE_MIGRATIONS_003', 'a Hasura CLI keeps the books of this database', {
    fix: [
      'One program applies migrations to a database: go on with `hasura migrate apply --database-name default`; ',
      'to tell Hasura of migrations that Burgee applied, `hasura migrate apply --skip-execution --up all --database-name default`',
    ].join(''),
  });
}
