import type { Postgres } from '../postgres.ts';
import type { RawRuleset } from './assemble.ts';

/** One environment as it stood at one instant; the ruleset still as text, so that its size can be judged first. */
export interface StoredRuleset {
  readonly text: string;
  readonly auditHead: string | null;
}

/** Reads an environment's ruleset and its audit head in one instant; undefined: there is no such environment. */
export async function readRuleset(postgres: Postgres, environmentId: string): Promise<StoredRuleset | undefined> {
  return postgres.readAtOneInstant(async (client) => {
    const ruleset = await client.query<{ text: string | null }>('select burgee.wire_ruleset($1)::text as text', [
      environmentId,
    ]);
    const head = await client.query<{ hash: string | null }>(
      `select encode(audit_head, 'hex') as hash from burgee.environment where id = $1`,
      [environmentId],
    );
    const text = ruleset.rows[0]?.text ?? null;
    return text === null ? undefined : { text, auditHead: head.rows[0]?.hash ?? null };
  });
}

/** Reads the opaque versions of environments, by id. */
export async function readVersions(
  postgres: Postgres,
  environmentIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await postgres.syncQuery<{ id: string; version: string }>(
    `select environment.id, burgee.version_text(environment) as version
     from burgee.environment
     where environment.id = any($1::uuid[])`,
    [environmentIds],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Parses what {@link readRuleset} gave. */
export function rawRuleset(text: string): RawRuleset {
  return JSON.parse(text) as RawRuleset;
}
