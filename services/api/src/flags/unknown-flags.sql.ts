import type { Postgres } from '../postgres.ts';
import { nearestKey } from './nearest-key.ts';
import type { UnknownFlag } from './unknown-flags.resolver.ts';

/** Reads the 200 keys that were asked for last, each with what was probably meant. */
export async function readUnknownFlags(postgres: Postgres, projectId: string): Promise<UnknownFlag[]> {
  const found = await postgres.query<Omit<UnknownFlag, 'didYouMean'>>(
    `select unknown_flag.flag_key as "flagKey", environment.key as environment, unknown_flag.application,
       unknown_flag.first_seen as "firstSeen", unknown_flag.last_seen as "lastSeen",
       least(unknown_flag.count, 2147483647)::int as count, flag.archived_at as "archivedAt"
     from burgee.unknown_flag
     join burgee.environment on environment.id = unknown_flag.environment_id
     left join burgee.flag on flag.project_id = environment.project_id and flag.key = unknown_flag.flag_key
     where environment.project_id = $1
       and (flag.id is null or flag.archived_at is not null)
     order by unknown_flag.last_seen desc, unknown_flag.flag_key, environment.key, unknown_flag.application
     limit 200`,
    [projectId],
  );
  if (found.length === 0) return [];
  const live = await postgres.query<{ key: string }>(
    'select key from burgee.flag where project_id = $1 and archived_at is null order by key',
    [projectId],
  );
  const keys = live.map(({ key }) => key);
  const meant = new Map(found.map(({ flagKey }) => [flagKey, nearestKey(flagKey, keys) ?? null]));
  return found.map((unknown) => ({ ...unknown, didYouMean: meant.get(unknown.flagKey) ?? null }));
}
