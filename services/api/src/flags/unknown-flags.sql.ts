import type { Postgres } from '../postgres.ts';
import type { UnknownFlag } from './unknown-flags.resolver.ts';

/** Reads the 200 keys that were asked for last. */
export function readUnknownFlags(postgres: Postgres, projectId: string): Promise<UnknownFlag[]> {
  return postgres.query<UnknownFlag>(
    `select unknown_flag.flag_key as "flagKey", environment.key as environment, unknown_flag.application,
       unknown_flag.first_seen as "firstSeen", unknown_flag.last_seen as "lastSeen",
       least(unknown_flag.count, 2147483647)::int as count
     from burgee.unknown_flag
     join burgee.environment on environment.id = unknown_flag.environment_id
     where environment.project_id = $1
     order by unknown_flag.last_seen desc, unknown_flag.flag_key, environment.key, unknown_flag.application
     limit 200`,
    [projectId],
  );
}
