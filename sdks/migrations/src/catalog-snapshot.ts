import type { ClientBase } from 'pg';

/**
 * The schema as sorted lines, the same text for the same schema whatever the order of its making or the server's version.
 *
 * Left out: Hasura's own objects, parked data, the migrations' own books, partitions that time adds (`…_p202612`).
 */
export async function catalogSnapshot(client: ClientBase): Promise<string> {
  const { rows: path } = await client.query<{ search_path: string }>('show search_path');
  await client.query(`set search_path to ''`); // so that every name is printed with its schema
  try {
    const { rows } = await client.query<{ line: string }>(query);
    return rows.map(({ line }) => `${line}\n`).join('');
  } finally {
    await client.query(`select set_config('search_path', $1, false)`, [path[0]?.search_path ?? '']);
  }
}

const schemas = `
  select oid, nspname::text as name, nspacl, nspowner from pg_catalog.pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'public', 'hdb_catalog', 'burgee_park', 'burgee_migrations')`;

const relations = `
  select c.oid, c.relkind, c.relpersistence, c.relowner, c.relacl, c.relrowsecurity, c.relpartbound, n.name || '.' || c.relname as name
  from pg_catalog.pg_class c
  join schema n on n.oid = c.relnamespace
  where c.relname !~ '_p\\d{6}(_|$)'`;

const functions = `
  select p.oid, p.prosrc, p.provolatile, p.prosecdef, p.proconfig, p.proacl, p.proowner, p.prorettype, p.prokind,
    n.name || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as name
  from pg_catalog.pg_proc p
  join schema n on n.oid = p.pronamespace`;

const schemaLines = `select 'schema ' || name as line from schema`;

const relationLines = `
  select 'relation ' || name || ' ' || relkind::text
    || case when relkind = 'p' then ' ' || pg_catalog.pg_get_partkeydef(oid) else '' end
    || coalesce(' ' || pg_catalog.pg_get_expr(relpartbound, oid), '')
    || case when relkind in ('v', 'm') then ' ' || pg_catalog.regexp_replace(pg_catalog.pg_get_viewdef(oid), '\\s+', ' ', 'g') else '' end
    || case relpersistence when 'u' then ' unlogged' else '' end
    || case when relrowsecurity then ' row security' else '' end
  from relation
  where relkind in ('r', 'p', 'v', 'm', 'S')`;

const columnLines = `
  select 'column ' || r.name || '.' || a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end
    || case when a.attidentity <> '' then ' identity ' || a.attidentity::text else '' end
    || case when a.attgenerated <> '' then ' generated ' || a.attgenerated::text else '' end
    || coalesce(' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
  from relation r
  join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v', 'm')`;

// Not-null constraints ('n') have been rows of their own since version 18; the column says it anyway.
const constraintLines = `
  select 'constraint ' || r.name || '.' || c.conname || ' ' || pg_catalog.pg_get_constraintdef(c.oid)
    || case when c.convalidated then '' else ' not validated' end
  from relation r
  join pg_catalog.pg_constraint c on c.conrelid = r.oid and c.contype not in ('n', 't')`;

const indexLines = `
  select 'index ' || pg_catalog.pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' invalid' end
  from relation r
  join pg_catalog.pg_index i on i.indrelid = r.oid`;

const triggerLines = `
  select 'trigger ' || pg_catalog.pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' enabled ' || t.tgenabled::text end
  from relation r
  join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal and t.tgparentid = 0 and t.tgname !~ '^notify_hasura_'`;

const functionLines = `
  select 'function ' || name || ' returns ' || coalesce(pg_catalog.pg_get_function_result(oid), '-') || ' ' || provolatile::text
    || case when prosecdef then ' security definer' else '' end
    || coalesce(' ' || proconfig::text, '') || ' ' || pg_catalog.md5(pg_catalog.regexp_replace(coalesce(pg_catalog.pg_get_function_sqlbody(oid), prosrc), '\\s+', ' ', 'g'))
  from function`;

// An absent list means the built-in rights; the owner's own are left out, because their number grows with the versions.
const grantLines = `
  select 'grant ' || acl.privilege_type || ' on ' || o.name || ' to '
    || case acl.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(acl.grantee)::text end
    || case when acl.is_grantable then ' with grant option' else '' end
  from (
    select name, nspowner as owner, coalesce(nspacl, pg_catalog.acldefault('n', nspowner)) as acl from schema
    union all
    select name, relowner, coalesce(relacl, pg_catalog.acldefault((case relkind when 'S' then 's' else 'r' end)::"char", relowner)) from relation
      where relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select name, proowner, coalesce(proacl, pg_catalog.acldefault('f', proowner)) from function
    union all
    select r.name || '.' || a.attname, r.relowner, a.attacl from relation r
      join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attacl is not null
  ) o, pg_catalog.aclexplode(o.acl) acl
  where acl.grantee <> o.owner`;

const commentLines = `
  select 'comment ' || o.name || ': ' || d.description
  from (
    select 'pg_namespace' as catalog, oid, 0 as number, name from schema
    union all
    select 'pg_class', oid, 0, name from relation
    union all
    select 'pg_class', r.oid, a.attnum, r.name || '.' || a.attname from relation r
      join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0
    union all
    select 'pg_proc', oid, 0, name from function
    union all
    select 'pg_constraint', c.oid, 0, r.name || '.' || c.conname from relation r
      join pg_catalog.pg_constraint c on c.conrelid = r.oid
    union all
    select 'pg_trigger', t.oid, 0, r.name || '.' || t.tgname from relation r
      join pg_catalog.pg_trigger t on t.tgrelid = r.oid
  ) o
  join pg_catalog.pg_description d
    on d.objoid = o.oid and d.objsubid = o.number and d.classoid = ('pg_catalog.' || o.catalog)::pg_catalog.regclass`;

const query = `
with schema as (${schemas}),
relation as (${relations}),
function as (${functions}),
snapshot as (${[
  schemaLines,
  relationLines,
  columnLines,
  constraintLines,
  indexLines,
  triggerLines,
  functionLines,
  grantLines,
  commentLines,
].join('\nunion all')})
select line from snapshot order by line collate "C"`;
