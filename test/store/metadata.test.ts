import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { metadataDirectory } from '../support/paths.ts';

type Expression = Record<string, unknown>;
interface Permission {
  readonly role: string;
  readonly permission: {
    columns?: readonly string[] | '*';
    filter?: Expression;
    check?: Expression;
    allow_aggregations?: boolean;
  };
}
interface Relationship {
  readonly name: string;
  readonly using: {
    foreign_key_constraint_on:
      | string
      | readonly string[]
      | { column?: string; columns?: readonly string[]; table: { name: string } };
  };
}
interface Table {
  readonly table: { name: string; schema: string };
  readonly configuration: { custom_name: string };
  readonly object_relationships?: readonly Relationship[];
  readonly array_relationships?: readonly Relationship[];
  readonly select_permissions?: readonly Permission[];
  readonly insert_permissions?: readonly Permission[];
  readonly update_permissions?: readonly Permission[];
}

let database: ThrowawayDatabase;
let tables: ReadonlyMap<string, Table>;
let columns: ReadonlyMap<string, ReadonlySet<string>>;
/** `table(columns) -> table`, of each foreign key. */
let foreignKeys: ReadonlySet<string>;
const tablesDirectory = join(metadataDirectory, 'databases/default/tables');

beforeAll(async () => {
  database = await throwawayDatabase();
  tables = new Map(await readTables());
  columns = await readColumns();
  foreignKeys = await readForeignKeys();
});
afterAll(() => database.drop());

test('the project has the shape that the CLI of version 3 reads', async () => {
  const read = async (path: string) => parse(await readFile(join(metadataDirectory, path), 'utf8')) as unknown;
  expect(await read('version.yaml')).toEqual({ version: 3 });
  expect(await read('../config.yaml')).toMatchObject({
    version: 3,
    metadata_directory: 'metadata',
    migrations_directory: 'migrations',
  });
  expect(await read('databases/databases.yaml')).toMatchObject([
    {
      name: 'default',
      configuration: { connection_info: { database_url: { from_env: 'BURGEE_DATABASE_URL' } } },
      tables: '!include default/tables/tables.yaml',
    },
  ]);
  for (const list of [
    'cron_triggers',
    'allow_list',
    'query_collections',
    'remote_schemas',
    'rest_endpoints',
    'inherited_roles',
  ]) {
    expect(await read(`${list}.yaml`), list).toEqual([]);
  }
  for (const map of [
    'api_limits',
    'graphql_schema_introspection',
    'network',
    'backend_configs',
    'opentelemetry',
    'metrics_config',
  ]) {
    expect(await read(`${map}.yaml`), map).toEqual({});
  }
});

test('every table is tracked under its own name, and no partition', async () => {
  const live = await database.sql<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'burgee'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
  );
  expect([...tables.keys()].sort()).toEqual(live.map(({ name }) => name));
  for (const [name, { configuration, table }] of tables) {
    expect(configuration.custom_name).toBe(name);
    expect(table.schema).toBe('burgee');
  }
});

test('every relationship follows a foreign key', () => {
  for (const [name, { object_relationships = [], array_relationships = [] }] of tables) {
    for (const relationship of object_relationships)
      expect(targetOf(name, relationship), `${name}.${relationship.name}`).toBeDefined();
    for (const relationship of array_relationships)
      expect(targetOf(name, relationship), `${name}.${relationship.name}`).toBeDefined();
  }
});

test('every permission names columns that are there, one by one', () => {
  for (const [name, permission] of permissions()) {
    expect(permission.permission.columns, name).toBeInstanceOf(Array);
    for (const column of permission.permission.columns ?? [])
      expect(columns.get(name), `${name}.${column}`).toContain(column);
  }
});

test('every filter and check follows relationships to columns that are there', () => {
  for (const [name, { permission }] of permissions()) {
    for (const expression of [permission.filter, permission.check])
      if (expression !== undefined) checkExpression(name, expression);
  }
});

test('there is one role, and it deletes nothing', async () => {
  for (const [name, permission] of permissions()) expect(permission.role, name).toBe('burgee_member');
  for (const file of await readdir(tablesDirectory)) {
    expect(await readFile(join(tablesDirectory, file), 'utf8'), file).not.toContain('delete_permissions');
  }
});

test('every update has a filter and a check, and every insert a check', () => {
  for (const [name, { update_permissions = [], insert_permissions = [] }] of tables) {
    for (const { permission } of update_permissions) {
      expect(permission.filter, name).not.toEqual({});
      expect(permission.check, name).toBeDefined();
    }
    for (const { permission } of insert_permissions) expect(permission.check, name).not.toEqual({});
  }
});

test('nobody reads a hash or a password, or writes a version, a clock or an audit column', () => {
  const secret = /(_hash|^token|salt$)/;
  const kept = /^(version|version_token|audit_head|settled_|first_|created_at|updated_at|password_hash|key_hash)/;
  for (const [name, { select_permissions = [], insert_permissions = [], update_permissions = [] }] of tables) {
    for (const { permission } of select_permissions) {
      const read = (permission.columns as readonly string[]).filter((column) => secret.test(column));
      expect(
        read.filter((column) => !['salt', 'previous_hash'].includes(column)),
        name,
      ).toEqual([]);
    }
    for (const { permission } of [...insert_permissions, ...update_permissions]) {
      expect(
        (permission.columns as readonly string[]).filter((column) => kept.test(column)),
        name,
      ).toEqual([]);
    }
  }
  for (const name of ['audit_entry', 'stale_report', 'api_key', 'access_token', 'setup_link']) {
    expect(tables.get(name)).not.toHaveProperty('update_permissions');
    expect(tables.get(name)).not.toHaveProperty('insert_permissions');
  }
});

test('Hasura’s login may do what the permissions allow', async () => {
  const deeds = { select_permissions: 'select', insert_permissions: 'insert', update_permissions: 'update' } as const;
  for (const [name, table] of tables) {
    for (const [kind, privilege] of Object.entries(deeds)) {
      const [row] = await database.sql<{ may: boolean }>(`select has_table_privilege('burgee_hasura', $1, $2) as may`, [
        `burgee.${name}`,
        privilege,
      ]);
      if (kind in table) expect(row!.may, `${privilege} on ${name}`).toBe(true);
    }
  }
});

function* permissions(): Generator<[table: string, permission: Permission]> {
  for (const [name, { select_permissions = [], insert_permissions = [], update_permissions = [] }] of tables) {
    for (const permission of [...select_permissions, ...insert_permissions, ...update_permissions])
      yield [name, permission];
  }
}

function checkExpression(table: string, expression: Expression): void {
  for (const [key, value] of Object.entries(expression)) {
    if (key === '_and' || key === '_or') for (const part of value as Expression[]) checkExpression(table, part);
    else if (key === '_not') checkExpression(table, value as Expression);
    else if (key === '_exists') {
      const { _table, _where } = value as { _table: { name: string }; _where: Expression };
      checkExpression(_table.name, _where);
    } else if (columns.get(table)?.has(key))
      expect(Object.keys(value as object).every((operator) => operator.startsWith('_'))).toBe(true);
    else checkExpression(throughRelationship(table, key), value as Expression);
  }
}

function throughRelationship(table: string, name: string): string {
  const { object_relationships = [], array_relationships = [] } = tables.get(table) ?? {};
  const relationship = [...object_relationships, ...array_relationships].find((candidate) => candidate.name === name);
  expect(relationship, `${table} has neither column nor relationship ${name}`).toBeDefined();
  return targetOf(table, relationship!)!;
}

/** The table that a relationship leads to; undefined where no foreign key does. */
function targetOf(table: string, { using: { foreign_key_constraint_on: by } }: Relationship): string | undefined {
  if (typeof by === 'object' && 'table' in by) {
    const own = by.columns ?? [by.column];
    return foreignKeys.has(`${by.table.name}(${own.join()}) -> ${table}`) ? by.table.name : undefined;
  }
  const prefix = `${table}(${[by].flat().join()}) -> `;
  return [...foreignKeys].find((key) => key.startsWith(prefix))?.slice(prefix.length);
}

async function readTables(): Promise<[name: string, table: Table][]> {
  const includes = parse(await readFile(join(tablesDirectory, 'tables.yaml'), 'utf8')) as string[];
  return Promise.all(
    includes.map(async (include): Promise<[string, Table]> => {
      const table = parse(await readFile(join(tablesDirectory, include.replace('!include ', '')), 'utf8')) as Table;
      return [table.table.name, table];
    }),
  );
}

async function readColumns(): Promise<Map<string, Set<string>>> {
  const rows = await database.sql<{ table_name: string; names: string[] }>(
    `select table_name, array_agg(column_name::text) as names from information_schema.columns where table_schema = 'burgee' group by 1`,
  );
  return new Map(rows.map(({ table_name, names }) => [table_name, new Set(names)]));
}

async function readForeignKeys(): Promise<Set<string>> {
  const rows = await database.sql<{ key: string }>(
    `select own.relname || '(' || string_agg(attname, ',' order by position) || ') -> ' || other.relname as key
     from pg_constraint
     join pg_class own on own.oid = conrelid
     join pg_class other on other.oid = confrelid
     cross join unnest(conkey) with ordinality as listed (attnum, position)
     join pg_attribute attribute on attribute.attrelid = conrelid and attribute.attnum = listed.attnum
     where contype = 'f' and connamespace = 'burgee'::regnamespace
     group by pg_constraint.oid, own.relname, other.relname`,
  );
  return new Set(rows.map(({ key }) => key));
}
