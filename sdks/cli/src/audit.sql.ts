import pg from 'pg';

/** One hash chain as the database finds it now. */
export interface Chain {
  readonly project: string;
  /** null: the project's own chain. */
  readonly environment: string | null;
  readonly entries: string;
  /** Hexadecimal; null: no entries yet. */
  readonly head: string | null;
  readonly ok: boolean;
  readonly firstBad: string | null;
}

/** Recomputes the chains of one project, or of all. */
export async function verifyChains(databaseUrl: string, project: string | undefined): Promise<Chain[]> {
  return query<Chain>(
    databaseUrl,
    `select project.key as project,
            environment.key as environment,
            chain.entries::text as entries,
            encode(chain.head, 'hex') as head,
            chain.ok,
            chain.first_bad::text as "firstBad"
       from burgee.project
      cross join lateral burgee.verify_audit(project.id) as chain
       left join burgee.environment on environment.id = chain.environment_id
      where project.key = coalesce($1, project.key)
      order by project.key, environment.position nulls first`,
    [project ?? null],
  );
}

/** Number of the entry with this hash; undefined when there is none. */
export async function findEntry(databaseUrl: string, hash: string): Promise<string | undefined> {
  const text = `select id::text as id from burgee.audit_entry where hash = decode($1, 'hex')`;
  const [entry] = await query<{ id: string }>(databaseUrl, text, [hash]);
  return entry?.id;
}

async function query<T extends object>(databaseUrl: string, text: string, values: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'burgee cli' });
  client.on('error', () => undefined); // also rejects the query
  await client.connect();
  try {
    return (await client.query<T & pg.QueryResultRow>(text, values)).rows;
  } finally {
    await client.end();
  }
}
