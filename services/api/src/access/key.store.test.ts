import { type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { insertKey } from '../main.support.ts';
import { Postgres } from '../postgres.ts';
import { databaseKeys } from './database-keys.support.ts';
import { KeyStore } from './key.store.ts';
import type { KeySource } from './key-source.ts';

let database: ThrowawayDatabase;
let postgres: Postgres;
let environmentId: string;
let source: KeySource;
let now: number;
let keys: KeyStore;

beforeAll(async () => {
  database = await throwawayDatabase();
  postgres = new Postgres({ url: database.apiUrl, onError: () => undefined });
  source = databaseKeys(postgres);
  await database.run(`
    insert into burgee.project (key, name) values ('p', 'P');
    insert into burgee.environment (project_id, key, name) select id, 'e', 'E' from burgee.project`);
  const [row] = await database.sql<{ id: string }>('select id from burgee.environment');
  environmentId = row?.id ?? '';
});
beforeEach(() => {
  now = Date.now();
  keys = new KeyStore(source, () => now, pino({ level: 'silent' }));
});
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

test('finds a key in memory after a refresh, and in the database before', async () => {
  const text = await insertKey(database, environmentId, 'client');
  expect(keys.find(text)).toBeUndefined();
  expect(await keys.lookUp(text)).toMatchObject({ kind: 'key', keyKind: 'client', environmentId });
  expect(keys.find(text)).toMatchObject({ keyKind: 'client' });
  const other = new KeyStore(source, () => now, pino({ level: 'silent' }));
  await other.refresh();
  expect(other.find(text)).toEqual(keys.find(text));
});

test('does not bring back a key that was revoked, and read as revoked, while the database was asked for it', async () => {
  const text = await insertKey(database, environmentId, 'server');
  const slow: KeySource = {
    ...source,
    readKey: async (hash) => {
      const key = await source.readKey(hash);
      if (key !== undefined) {
        await database.sql('update burgee.api_key set revoked_at = now() where id = $1', [key.id]);
        await keys.refresh();
      }
      return key;
    },
  };
  keys = new KeyStore(slow, () => now, pino({ level: 'silent' }));
  expect(await keys.lookUp(text)).toBeUndefined();
  expect(keys.find(text)).toBeUndefined();
});

test('forgets a key with the refresh after it was revoked, and tells those who listen', async () => {
  const text = await insertKey(database, environmentId, 'server');
  await keys.refresh();
  const { keyId = '' } = keys.find(text) ?? {};
  let told = 0;
  const undo = keys.subscribe(() => {
    told += 1;
  });
  await keys.refresh();
  expect([keys.isGood(keyId), told]).toEqual([true, 0]);
  await database.sql('update burgee.api_key set revoked_at = now() where id = $1', [keyId]);
  await keys.refresh();
  expect([keys.isGood(keyId), told]).toEqual([false, 1]);
  expect(await keys.lookUp(text)).toBeUndefined();
  undo();
  await insertKey(database, environmentId, 'server');
  await keys.refresh();
  expect(told).toBe(1);
});

test('ends a key when its time is over, without asking anybody', async () => {
  const text = await insertKey(database, environmentId, 'server');
  const expiresAt = new Date(now + 60_000).toISOString();
  await database.sql('update burgee.api_key set expires_at = $1 where revoked_at is null', [expiresAt]);
  await keys.refresh();
  expect(keys.find(text)).toBeDefined();
  now += 60_001;
  expect(keys.find(text)).toBeUndefined();
});

test('writes down when a key was last used', async () => {
  const text = await insertKey(database, environmentId, 'relay');
  await keys.refresh();
  keys.find(text);
  await keys.flushLastUsed();
  const rows = await database.sql<{ at: Date }>(`select last_used_at as at from burgee.api_key where kind = 'relay'`);
  expect(rows.map(({ at }) => at.getTime())).toEqual([now]);
});

test('takes keys from a snapshot, but not over what the database said', async () => {
  const text = await insertKey(database, environmentId, 'client');
  await keys.refresh();
  const saved = keys.keysOf(environmentId);
  const fresh = new KeyStore(source, () => now, pino({ level: 'silent' }));
  fresh.seed(saved);
  expect(fresh.find(text)).toBeDefined();
  expect(JSON.stringify(saved)).not.toContain(text);
});
