import { type Kysely, sql } from 'kysely';
import type { DB } from '../database.ts';
import { BurgeeError } from '../errors.ts';
import { jsonb, listOrAbsent, revisionOf, updateRow } from '../graphql/write.sql.ts';
import type { CreateSegmentInput, Segment, UpdateSegmentInput } from './segments.graphql.ts';

/** Reads the segments of a project by key, the archived ones last; or one of them. */
export async function readSegments(db: Kysely<DB>, projectId: string, key?: string): Promise<Segment[]> {
  const { rows } = await sql<Segment>`
    select segment.id, segment.key, segment.name, segment.description,
      coalesce(segment.conditions, '[]') as conditions,
      coalesce(segment.semantics, 'burgee-1') as semantics,
      ${membersWhere(true)} as included,
      ${membersWhere(false)} as excluded,
      segment.revision,
      array(
        select distinct flag.key
        from burgee.setting_reference as reference
        join burgee.flag on flag.id = reference.flag_id
        where reference.segment_id = segment.id and flag.archived_at is null
        order by flag.key
      ) as "usedBy",
      array(
        select other.key
        from burgee.segment_reference as reference
        join burgee.segment as other on other.id = reference.segment_id
        where reference.named_segment_id = segment.id and other.archived_at is null
        order by other.key
      ) as "namedBy",
      segment.archived_at as "archivedAt",
      segment.updated_at as "updatedAt"
    from burgee.segment
    where segment.project_id = ${projectId}
      and ${key === undefined ? sql`true` : sql`segment.key = ${key}`}
    order by segment.archived_at is not null, segment.key collate "C"`.execute(db);
  return rows;
}

function membersWhere(included: boolean) {
  return sql`array(
    select segment_member.targeting_key
    from burgee.segment_member
    where segment_member.segment_id = segment.id and segment_member.included = ${included}
    order by segment_member.targeting_key collate "C")`;
}

/** Makes a segment with its members. */
export async function insertSegment(db: Kysely<DB>, projectId: string, input: CreateSegmentInput): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    insert into burgee.segment (project_id, key, name, description, conditions)
    values (
      ${projectId}, ${input.key}, ${input.name ?? ''}, ${input.description ?? ''},
      ${listOrAbsent(input.conditions ?? null)}
    )
    returning id`.execute(db);
  const { id } = rows[0] as { id: string };
  await writeMembers(db, { segmentId: id, included: true, keys: input.included ?? [] });
  await writeMembers(db, { segmentId: id, included: false, keys: input.excluded ?? [] });
}

/** Changes a segment; of its members only the difference is written, and audited. */
export async function updateSegment(db: Kysely<DB>, projectId: string, input: UpdateSegmentInput): Promise<void> {
  const changes = {
    revision: revisionOf(input.revision),
    name: input.name ?? undefined,
    description: input.description ?? undefined,
    conditions: input.conditions === undefined ? undefined : listOrAbsent(input.conditions),
    change_reason: input.reason,
  };
  const segmentId = await touch(db, { projectId, key: input.key, changes });
  if (input.included != null) await writeMembers(db, { segmentId, included: true, keys: input.included });
  if (input.excluded != null) await writeMembers(db, { segmentId, included: false, keys: input.excluded });
}

/** Archives a segment for ever. */
export async function archiveSegment(
  db: Kysely<DB>,
  projectId: string,
  { key, reason }: { readonly key: string; readonly reason: string | null | undefined },
): Promise<void> {
  const changes = { archived_at: sql`coalesce(archived_at, burgee.now())`, change_reason: reason };
  await touch(db, { projectId, key, changes });
}

/** The answer for a segment that is not there. */
export function noSegment(key: string): BurgeeError {
  return new BurgeeError('NOT_FOUND', `no segment ${key}`);
}

interface Touch {
  readonly projectId: string;
  readonly key: string;
  readonly changes: Readonly<Record<string, unknown>>;
}

async function touch(db: Kysely<DB>, { projectId, key, changes }: Touch): Promise<string> {
  const where = sql`project_id = ${projectId} and key = ${key}`;
  if ((await updateRow(db, { table: 'segment', changes, where })) === 0) throw noSegment(key);
  const { rows } = await sql<{ id: string }>`select id from burgee.segment where ${where}`.execute(db);
  return (rows[0] as { id: string }).id;
}

interface Members {
  readonly segmentId: string;
  readonly included: boolean;
  readonly keys: readonly string[];
}

async function writeMembers(db: Kysely<DB>, { segmentId, included, keys }: Members): Promise<void> {
  const list = jsonb(keys);
  await sql`
    delete from burgee.segment_member
    where segment_id = ${segmentId}
      and included = ${included}
      and targeting_key not in (select jsonb_array_elements_text(${list}))`.execute(db);
  await sql`
    insert into burgee.segment_member (segment_id, targeting_key, included)
    select distinct ${segmentId}::uuid, given.key, ${included}::boolean
    from jsonb_array_elements_text(${list}) as given (key)
    where not exists (
      select
      from burgee.segment_member as known
      where known.segment_id = ${segmentId} and known.targeting_key = given.key and known.included = ${included}
    )
    on conflict (segment_id, targeting_key) do update set included = excluded.included`.execute(db);
}
