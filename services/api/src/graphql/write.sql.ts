import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../database.ts';
import { BurgeeError } from '../errors.ts';

/** Updates the columns that are given, and tells how many rows there were. */
export async function updateRow(db: Kysely<DB>, { table, changes, where }: Update): Promise<number> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const columns = sql.join(given.map(([column, value]) => sql`${sql.ref(column)} = ${value}`));
  const { numAffectedRows } = await sql`update ${sql.table(`burgee.${table}`)} set ${columns} where ${where}`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

interface Update {
  readonly table: 'flag' | 'flag_setting' | 'segment';
  /** By column; what is undefined stays as it is. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly where: RawBuilder<unknown>;
}

/** Reads the revision that the caller saw. */
export function revisionOf(text: string): string {
  if (/^[1-9]\d{0,17}$/.test(text)) return text;
  throw new BurgeeError('BAD_INPUT', 'revision must be the one that was read with the flag, such as "7"');
}

/** A value as jsonb; null is jsonb null. */
export function jsonb(value: unknown): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`;
}

/** A list as jsonb; an empty one, or null, is absent. */
export function listOrAbsent(list: unknown): RawBuilder<unknown> | null {
  return list === null || (Array.isArray(list) && list.length === 0) ? null : jsonb(list);
}
