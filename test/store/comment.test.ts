import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';

let database: ThrowawayDatabase;
beforeAll(async () => {
  database = await throwawayDatabase();
});
afterAll(() => database.drop());

const uncommented = (kind: string, source: string) =>
  database.sql<{ name: string }>(
    `select name from (${source}) as thing (oid, name) where obj_description(oid, '${kind}') is null order by 1`,
  );

test('every table says in the schema what it holds', async () => {
  const tables = `select oid, relname from pg_class where relnamespace = 'burgee'::regnamespace and relkind in ('r', 'p', 'v')`;
  expect(await uncommented('pg_class', tables)).toEqual([]);
});

test('every constraint says what it holds together', async () => {
  const constraints = `
    select pg_constraint.oid, relname || '.' || conname from pg_constraint join pg_class on pg_class.oid = conrelid
    where connamespace = 'burgee'::regnamespace and contype not in ('n', 't') and not relispartition`;
  expect(await uncommented('pg_constraint', constraints)).toEqual([]);
});

test('every function says what it is for', async () => {
  const functions = `select oid, oid::regprocedure::text from pg_proc where pronamespace = 'burgee'::regnamespace`;
  expect(await uncommented('pg_proc', functions)).toEqual([]);
});

test('a function with its owner’s rights never looks names up where callers can put some', async () => {
  const open = await database.sql(
    `select oid::regprocedure::text as name from pg_proc
     where pronamespace = 'burgee'::regnamespace and prosecdef and not coalesce(proconfig @> array['search_path=""'], false)`,
  );
  expect(open).toEqual([]);
});
