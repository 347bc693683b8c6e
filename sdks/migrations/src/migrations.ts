import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationsError } from './errors.ts';

/** One folder `<version>_<name>_<phase>` of a Hasura project. */
export interface Migration {
  /** Leading digits of the folder's name, without leading zeros. */
  readonly version: string;
  readonly name: string;
  readonly up: string;
  /** null: the folder has no down.sql. */
  readonly down: string | null;
  /** SHA-256 of up.sql, hexadecimal. */
  readonly checksum: string;
}

/** Reads a folder such as `hasura/migrations/default`, ascending by version. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw unreadable(`there is no folder ${directory}`, cause);
  });
  const migrations = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => read(directory, name)),
  );
  migrations.sort((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1));
  for (const [index, { version }] of migrations.entries()) {
    if (migrations[index + 1]?.version === version) throw unreadable(`two migrations have the version ${version}`);
  }
  return migrations;
}

async function read(directory: string, folder: string): Promise<Migration> {
  const [, digits, name] = /^(\d{1,18})_([a-z0-9_]+)$/.exec(folder) ?? [];
  if (digits === undefined || name === undefined) {
    throw unreadable(`${join(directory, folder)} is not named <version>_<subject>_<phase>`);
  }
  const up = await readFile(join(directory, folder, 'up.sql'), 'utf8').catch((cause: unknown) => {
    throw unreadable(`${join(directory, folder)} has no up.sql`, cause);
  });
  const version = BigInt(digits).toString();
  const down = await readFile(join(directory, folder, 'down.sql'), 'utf8').catch(() => null);
  return { version, name, up, down, checksum: createHash('sha256').update(up).digest('hex') };
}

function unreadable(what: string, cause?: unknown): MigrationsError {
  return new MigrationsError('BURGEE_MIGRATIONS_001', what, {
    fix: 'Give the folder that holds <version>_<subject>_<phase>/up.sql, such as hasura/migrations/default',
    cause,
  });
}
