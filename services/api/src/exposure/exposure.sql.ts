import { sql, type Transaction } from 'kysely';
import type { DB } from '../database.ts';
import type { Postgres } from '../postgres.ts';
import { type ExposureBatch, type ExposureCount, summed, type UnknownFlag } from './exposure.ts';

/** Writes batches in one transaction; those that were received before count nothing. */
export async function writeBatches(postgres: Postgres, batches: readonly ExposureBatch[]): Promise<void> {
  await postgres.transaction({ door: 'job' }, async (trx) => {
    const ids = [...new Set(batches.map(({ batchId }) => batchId))];
    const inserted = await sql<{ batch_id: string }>`
      insert into burgee.exposure_batch (batch_id)
      select unnest(${ids}::uuid[])
      on conflict do nothing
      returning batch_id`.execute(trx);
    const fresh = new Map(batches.map((batch) => [batch.batchId, batch]));
    const counted = inserted.rows.flatMap(({ batch_id }) => fresh.get(batch_id) ?? []);
    await writeCounts(trx, summed(counted.flatMap(({ counts }) => counts)));
    await writeUnknown(
      trx,
      counted.flatMap(({ unknown }) => unknown),
    );
  });
}

/** Makes the tables of the next three months, before their first counts. */
export async function makeMonths(postgres: Postgres, now: Date): Promise<void> {
  await postgres.query(
    `select burgee.make_exposure_month((date_trunc('month', $1::timestamptz, 'UTC') at time zone 'UTC' + make_interval(months => ahead))::date)
     from generate_series(1, 3) as ahead`,
    [now],
  );
}

/** Forgets which batches came, long after anybody would send one again, and unknown flags that nothing asks for any more. */
export async function forgetOld(postgres: Postgres): Promise<void> {
  await postgres.query(`delete from burgee.exposure_batch where received_at < now() - interval '7 days'`);
  await postgres.query(`delete from burgee.unknown_flag where last_seen < now() - interval '90 days'`);
}

/** Counts of flags that exist; those of others are left out. Rows are written in one order, so that writers never lock each other out. */
async function writeCounts(trx: Transaction<DB>, counts: readonly ExposureCount[]): Promise<void> {
  if (counts.length === 0) return;
  const rows = JSON.stringify(counts);
  await sql`
    insert into burgee.flag_exposure as exposure
      (flag_id, flag_key, environment_id, variant, application, hour, source, count, through_client_key)
    select flag.id, flag.key, environment.id, counted.variant, counted.application, to_timestamp(counted.hour / 1000.0),
      counted.source, counted.count, counted."throughClientKey"
    from jsonb_to_recordset(${rows}::jsonb) as counted (
      "flagKey" text, variant text, count bigint, hour float8, source text, application text, "environmentId" uuid, "throughClientKey" boolean)
    join burgee.environment on environment.id = counted."environmentId"
    join burgee.flag on flag.project_id = environment.project_id and flag.key = counted."flagKey"
    -- whoever holds a client key may invent variants: those that the flag does not have would be rows without end
    where not counted."throughClientKey"
      or counted.variant is null
      or flag.variants ? counted.variant
      or exists (
        select from burgee.flag_setting as setting
        where setting.flag_id = flag.id and setting.environment_id = environment.id and setting.foreign_rule is not null)
    order by 3, 2, 4, 5, 7, 6
    on conflict (environment_id, flag_key, variant, application, source, hour) do update
    set count = exposure.count + excluded.count,
      flag_id = excluded.flag_id,
      through_client_key = exposure.through_client_key and excluded.through_client_key`.execute(trx);
}

/**
 * Unknown flags per environment from which on none is added: whoever holds a client key may invent names, and a server may
 * ask for a flag of each of its users.
 */
const mostUnknown = { ofClients: 1000, ofServers: 10_000 } as const;

async function writeUnknown(trx: Transaction<DB>, unknown: readonly UnknownFlag[]): Promise<void> {
  if (unknown.length === 0) return;
  const rows = JSON.stringify(unknown);
  await sql`
    insert into burgee.unknown_flag as seen (environment_id, flag_key, application, count)
    select environment.id, asked."flagKey", asked.application, sum(coalesce(asked.count, 1))
    from jsonb_to_recordset(${rows}::jsonb) as asked ("flagKey" text, count bigint, application text, "environmentId" uuid, "throughClientKey" boolean)
    join burgee.environment on environment.id = asked."environmentId"
    left join (select environment_id, count(*) from burgee.unknown_flag group by environment_id) as here
      on here.environment_id = environment.id
    where not exists (
      select from burgee.flag
      where flag.project_id = environment.project_id and flag.key = asked."flagKey" and flag.archived_at is null)
      and (
        coalesce(here.count, 0)
          < case when asked."throughClientKey" then ${mostUnknown.ofClients}::int else ${mostUnknown.ofServers}::int end
        or exists (
          select from burgee.unknown_flag as kept
          where kept.environment_id = environment.id and kept.flag_key = asked."flagKey"
            and kept.application = asked.application))
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (environment_id, flag_key, application) do update
    set last_seen = excluded.last_seen,
      count = seen.count + excluded.count`.execute(trx);
}
