import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from './database.ts';

/** Who writes, and through which door; becomes the setting `hasura.user` that the triggers read. */
export interface Actor {
  /** Absent for a job, which acts as Burgee itself. */
  readonly memberId?: string;
  readonly door: 'api' | 'ui' | 'cli' | 'job';
}

export interface PostgresOptions {
  readonly url: string;
  /** Told about idle connections that broke; the pool replaces them by itself. */
  readonly onError: (error: Error) => void;
}

const connectTimeoutMs = 2000;
const statementTimeoutMs = 10_000;
/** For one write of many rows, such as ten thousand flags, whose audit entries are made at its end. */
const longStatementTimeoutMs = 300_000;
const lockTimeoutMs = 2000;
/** What keeps rulesets fresh must notice soon that nothing comes any more. */
const syncTimeoutMs = 2000;
/** No connection outlives a failover for longer, whatever still answers at its other end. */
const maxLifetimeSeconds = 300;
const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;

/**
 * The way to the database: a pool for people's requests, one for the few that take long, and two connections for keeping
 * rulesets fresh, so that no crowd at one can starve another. bigint arrives as text.
 */
export class Postgres {
  /** Typed SQL outside a transaction. */
  readonly db: Kysely<DB>;
  readonly #pool: pg.Pool;
  readonly #openSync: () => pg.Pool;
  #sync: pg.Pool;
  readonly #long: pg.Pool;
  readonly #longDb: Kysely<DB>;

  constructor(options: PostgresOptions) {
    const { url, onError } = options;
    const limits = { connectionTimeoutMillis: connectTimeoutMs, maxLifetimeSeconds, ...keepAlive };
    this.#pool = new pg.Pool({
      connectionString: url,
      max: 10,
      query_timeout: statementTimeoutMs + 2000,
      application_name: 'burgee-api',
      ...limits,
    });
    this.#long = new pg.Pool({
      connectionString: url,
      max: 2,
      query_timeout: longStatementTimeoutMs + 2000,
      application_name: 'burgee-long',
      ...limits,
    });
    this.#openSync = () =>
      watched(new pg.Pool({ connectionString: url, max: 2, application_name: 'burgee-sync', ...limits }), onError);
    this.#sync = this.#openSync();
    for (const pool of [this.#pool, this.#long]) watched(pool, onError);
    this.db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: this.#pool }) });
    this.#longDb = new Kysely<DB>({ dialect: new PostgresDialect({ pool: this.#long }) });
  }

  /** Runs one statement of hand-written SQL and gives its rows. */
  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows;
  }

  /** Runs `work` in one transaction in the name of `actor`; whatever it throws rolls back. */
  async transaction<T>(actor: Actor, work: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
    return this.db.transaction().execute((trx) => begin(trx, { actor, statementTimeoutMs, work }));
  }

  /** The same for a write that takes long; at most two at a time. */
  async longTransaction<T>(actor: Actor, work: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
    const timeout = { statementTimeoutMs: longStatementTimeoutMs };
    return this.#longDb.transaction().execute((trx) => begin(trx, { actor, ...timeout, work }));
  }

  /** Runs one statement on the connections that keep rulesets fresh. */
  async syncQuery<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
    timeoutMs: number = syncTimeoutMs,
  ): Promise<Row[]> {
    const statement = { text, values: [...values], query_timeout: timeoutMs };
    return (await this.#sync.query<Row>(statement)).rows;
  }

  /** Asks on fresh connections from now on: after a failover those of before may lead to the wrong server. */
  renewSync(): void {
    const before = this.#sync;
    this.#sync = this.#openSync();
    before.end().catch(() => undefined); // each connection tells its own trouble
  }

  /** The connections of each pool: in use, idle, and how many callers wait for one. */
  connections(): { readonly pool: string; readonly used: number; readonly idle: number; readonly waiting: number }[] {
    const pools = { requests: this.#pool, sync: this.#sync, long: this.#long };
    return Object.entries(pools).map(([pool, { totalCount, idleCount: idle, waitingCount: waiting }]) => ({
      ...{ pool, used: totalCount - idle, idle, waiting },
    }));
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#sync.end(), this.#long.end()]);
  }
}

function watched(pool: pg.Pool, onError: (error: Error) => void): pg.Pool {
  pool.on('error', onError);
  // a connection in use that breaks between two statements has no other listener, and would end the process
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/** A connection of its own for LISTEN; never without an error listener, for that would end the process. */
export function listenConnection(url: string, onLost: (error: Error) => void): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    application_name: 'burgee-listen',
    ...keepAlive,
  });
  client.on('error', onLost);
  client.on('end', () => onLost(new Error('the LISTEN connection ended')));
  return client;
}

interface Begin<T> {
  readonly actor: Actor;
  readonly statementTimeoutMs: number;
  readonly work: (trx: Transaction<DB>) => Promise<T>;
}

async function begin<T>(trx: Transaction<DB>, { actor, statementTimeoutMs: timeout, work }: Begin<T>): Promise<T> {
  await sql`select set_config('hasura.user', ${claimOf(actor)}, true),
                   set_config('lock_timeout', ${String(lockTimeoutMs)}, true),
                   set_config('statement_timeout', ${String(timeout)}, true)`.execute(trx);
  return work(trx);
}

function claimOf(actor: Actor): string {
  return JSON.stringify({
    'x-hasura-role': 'burgee_member',
    ...(actor.memberId && { 'x-hasura-burgee-member-id': actor.memberId }),
    'x-burgee-door': actor.door,
  });
}
