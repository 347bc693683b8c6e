import type { Postgres } from '../postgres.ts';
import type { StoredKey } from './key-source.ts';

const columns = `
  api_key.id,
  api_key.environment_id as "environmentId",
  api_key.kind,
  api_key.name,
  encode(api_key.key_hash, 'hex') as hash,
  (extract(epoch from api_key.expires_at) * 1000)::float8 as "expiresAt"`;

/** Reads every key that was not revoked. */
export function readKeys(postgres: Postgres): Promise<StoredKey[]> {
  return postgres.syncQuery<StoredKey>(`select ${columns} from burgee.api_key where revoked_at is null`);
}

/** Reads one key that was not revoked. */
export async function readKey(postgres: Postgres, hash: string): Promise<StoredKey | undefined> {
  const text = `select ${columns} from burgee.api_key where key_hash = decode($1, 'hex') and revoked_at is null`;
  const [key] = await postgres.query<StoredKey>(text, [hash]);
  return key;
}

/** Writes down when keys were last used. */
export async function writeLastUsed(postgres: Postgres, uses: ReadonlyMap<string, number>): Promise<void> {
  await postgres.query(
    `update burgee.api_key
     set last_used_at = greatest(api_key.last_used_at, used.at)
     from (select unnest($1::uuid[]) as id, to_timestamp(unnest($2::float8[]) / 1000) as at) as used
     where api_key.id = used.id`,
    [[...uses.keys()], [...uses.values()]],
  );
}
