import { randomBytes } from 'node:crypto';
import { loginUrls } from '@burgee/migrations';
import pg from 'pg';
import { inject } from 'vitest';
import type {} from './postgres.setup.ts';

type Row = Record<string, unknown>;

export interface ThrowawayDatabase {
  readonly name: string;
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly hasuraUrl: string;
  /** One statement as the owner; its rows. */
  sql<T extends object = Row>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** A script of many statements as the owner, in one transaction. */
  run(script: string): Promise<void>;
  drop(): Promise<void>;
}

/** A database of its own with all migrations applied (or none), copied from a template in a few milliseconds. */
export async function throwawayDatabase({ empty = false } = {}): Promise<ThrowawayDatabase> {
  const { url, passwords, template, failure } = inject('postgres');
  if (failure !== null && !empty) throw new Error(failure);
  const name = `burgee_${randomBytes(6).toString('hex')}`;
  await asAdmin(url, `create database ${name} owner burgee_owner template ${empty ? 'template0' : template}`);
  const urls = loginUrls(url, passwords, name);
  const pool = new pg.Pool({ connectionString: urls.ownerUrl, max: 4 });
  pool.on('error', () => undefined); // tests may kill connections on purpose
  return {
    name,
    ...urls,
    sql: async <T extends object>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<T & pg.QueryResultRow>(text, [...values])).rows,
    run: async (script) => void (await pool.query(script)),
    drop: async () => {
      await pool.end();
      await asAdmin(url, `drop database if exists ${name} with (force)`);
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
