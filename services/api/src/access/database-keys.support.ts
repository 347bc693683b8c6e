import type { Postgres } from '../postgres.ts';
import type { KeySource } from './key-source.ts';
import { readKey, readKeys, writeLastUsed } from './keys.sql.ts';

/** The keys of a database, without anything that listens. */
export function databaseKeys(postgres: Postgres): KeySource {
  return {
    readKeys: () => readKeys(postgres),
    readKey: (hash) => readKey(postgres, hash),
    writeLastUsed: (uses) => writeLastUsed(postgres, uses),
  };
}
