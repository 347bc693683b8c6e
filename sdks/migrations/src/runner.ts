import { Client } from 'pg';
import { type AppliedMigration, enter, openBooks, readBooks, strikeOut } from './bookkeeping.ts';
import { MigrationsError } from './errors.ts';
import { type Migration, readMigrations } from './migrations.ts';

export interface MigrateOptions {
  /** Login that owns the schema. */
  readonly databaseUrl: string;
  /** Folder such as `hasura/migrations/default`. */
  readonly directory: string;
  /** Called after each applied or undone version. */
  readonly onStep?: (step: Step) => void;
}

export interface Step {
  readonly direction: 'up' | 'down';
  readonly version: string;
  readonly name: string;
  readonly durationMs: number;
}

export interface MigrationStatus {
  readonly version: string;
  readonly name: string;
  /** unknown: in the database, but this release does not have it. */
  readonly state: 'applied' | 'pending' | 'edited' | 'unknown';
  readonly appliedAt: Date | null;
}

/** Applies what is pending, oldest first; all of it, or the first `count`. */
export async function up(options: MigrateOptions & { readonly count?: number }): Promise<Step[]> {
  return withBooks(options, async (client, migrations, applied) => {
    const pending = migrations.filter(({ version }) => !applied.has(version)).slice(0, options.count);
    return inOrder(pending, (migration) => apply(client, migration), options);
  });
}

/** Undoes the newest applied versions: one, or `count`. */
export async function down(options: MigrateOptions & { readonly count?: number }): Promise<Step[]> {
  return withBooks(options, async (client, migrations, applied) => {
    const newest = [...applied.values()].reverse().slice(0, options.count ?? 1);
    return inOrder(newest, (entry) => undo(client, entry, migrations), options);
  });
}

/** Goes up or down until exactly the versions up to and including this one are applied; `0` is the empty database. */
export async function goTo(options: MigrateOptions & { readonly version: string }): Promise<Step[]> {
  return withBooks(options, async (client, migrations, applied) => {
    const target = BigInt(options.version);
    if (target !== 0n && !migrations.some(({ version }) => BigInt(version) === target)) throw noSuchVersion(options);
    const tooNew = [...applied.values()].reverse().filter(({ version }) => BigInt(version) > target);
    const missing = migrations.filter(({ version }) => BigInt(version) <= target && !applied.has(version));
    const undone = await inOrder(tooNew, (entry) => undo(client, entry, migrations), options);
    return [...undone, ...(await inOrder(missing, (migration) => apply(client, migration), options))];
  });
}

/** What is applied, pending, edited since, or unknown to this release; changes nothing. */
export async function status(options: MigrateOptions): Promise<MigrationStatus[]> {
  const migrations = await readMigrations(options.directory);
  return withClient(options.databaseUrl, async (client) => {
    const applied = new Map((await readBooks(client)).map((entry) => [entry.version, entry]));
    const known = migrations.map((migration): MigrationStatus => {
      const entry = applied.get(migration.version);
      const state = entry === undefined ? 'pending' : entry.checksum === migration.checksum ? 'applied' : 'edited';
      return { version: migration.version, name: migration.name, state, appliedAt: entry?.appliedAt ?? null };
    });
    const unknown = [...applied.values()]
      .filter((entry) => !migrations.some(({ version }) => version === entry.version))
      .map(({ version, name, appliedAt }): MigrationStatus => ({ version, name, state: 'unknown', appliedAt }));
    return [...known, ...unknown].sort((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1));
  });
}

type Books = ReadonlyMap<string, AppliedMigration>;

async function withBooks<T>(
  options: MigrateOptions,
  work: (client: Client, migrations: Migration[], applied: Books) => Promise<T>,
): Promise<T> {
  const migrations = await readMigrations(options.directory);
  return withClient(options.databaseUrl, async (client) => {
    await takeLock(client);
    await openBooks(client);
    const applied = new Map((await readBooks(client)).map((entry) => [entry.version, entry]));
    refuseEdited(migrations, applied);
    return work(client, migrations, applied);
  });
}

// The lock belongs to the session: a killed migrator frees it. The number is arbitrary, and the same for ever.
async function takeLock(client: Client): Promise<void> {
  await client.query(`set lock_timeout = '60s'`);
  try {
    await client.query('select pg_advisory_lock(7209341)');
  } catch (cause) {
    throw new MigrationsError(
      'BURGEE_MIGRATIONS_007',
      'another program has been migrating this database for a minute',
      {
        fix: 'Wait for it, or end its session: select * from pg_locks where locktype = ‘advisory’',
        cause,
      },
    );
  }
  await client.query('reset lock_timeout');
}

function refuseEdited(migrations: readonly Migration[], applied: Books): void {
  for (const { version, name, checksum } of migrations) {
    const entry = applied.get(version);
    if (entry === undefined || entry.checksum === checksum) continue;
    throw new MigrationsError('BURGEE_MIGRATIONS_002', `${version}_${name} was edited after it was applied`, {
      fix: 'Bring its up.sql back as it was and write a new migration for the change',
    });
  }
}

async function inOrder<T extends Named>(
  list: readonly T[],
  work: (item: T) => Promise<Step['direction']>,
  { onStep }: MigrateOptions,
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const item of list) {
    const startedAt = performance.now();
    const direction = await work(item);
    const durationMs = Math.round(performance.now() - startedAt);
    steps.push({ direction, version: item.version, name: item.name, durationMs });
    onStep?.({ direction, version: item.version, name: item.name, durationMs });
  }
  return steps;
}
type Named = { readonly version: string; readonly name: string };

async function apply(client: Client, migration: Migration): Promise<'up'> {
  await execute(client, { ...migration, sql: migration.up, file: 'up.sql' }, () => enter(client, migration));
  return 'up';
}

async function undo(
  client: Client,
  { version, name }: AppliedMigration,
  migrations: readonly Migration[],
): Promise<'down'> {
  const sql = migrations.find((migration) => migration.version === version)?.down;
  if (sql === undefined || sql === null) {
    throw new MigrationsError('BURGEE_MIGRATIONS_006', `there is no down.sql for ${version}_${name}`, {
      fix: 'Run this with the newest release that was applied: it holds the down files',
    });
  }
  await execute(client, { version, name, sql, file: 'down.sql' }, () => strikeOut(client, version));
  return 'down';
}

async function execute(client: Client, script: Script, book: () => Promise<void>): Promise<void> {
  const transactional = !/^\s*-- hasura:no-transaction\s*(\r?\n|$)/.test(script.sql);
  try {
    if (transactional) await client.query('begin');
    await client.query(script.sql);
    await book();
    if (transactional) await client.query('commit');
  } catch (cause) {
    if (transactional) await client.query('rollback').catch(() => undefined);
    throw failed(script, cause as Error & { position?: string });
  }
  await client.query('reset all');
}
type Script = { version: string; name: string; sql: string; file: string };

function failed({ version, name, sql, file }: Script, cause: Error & { position?: string }): MigrationsError {
  const line =
    cause.position === undefined ? '' : ` at line ${sql.slice(0, Number(cause.position)).split('\n').length}`;
  return new MigrationsError('BURGEE_MIGRATIONS_004', `${version}_${name}/${file} failed${line}: ${cause.message}`, {
    fix: 'Nothing of it was kept; mend the file or the data and run again',
    cause,
  });
}

function noSuchVersion({ version, directory }: { version: string; directory: string }): MigrationsError {
  return new MigrationsError('BURGEE_MIGRATIONS_005', `there is no version ${version} in ${directory}`, {
    fix: 'Ask for the list with `status`',
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'burgee migrations' });
  client.on('error', () => undefined); // a broken connection also rejects the query that runs
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
