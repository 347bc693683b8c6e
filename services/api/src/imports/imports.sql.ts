import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ReadableProject } from '../access/projects.sql.ts';
import { rolesFrom } from '../access/role.ts';
import type { DB } from '../database.ts';
import { asBurgeeError, BurgeeError } from '../errors.ts';
import { jsonb, listOrAbsent } from '../graphql/write.sql.ts';
import { rulesetLimits } from '../ruleset/raw-ruleset.ts';
import type { ImportProblem } from './imports.graphql.ts';
import type { ImportPlan, Known, KnownFlag, KnownSegment, PlannedFlag, PlannedSegment } from './plan.ts';

/** Where an import goes, from where, and why. */
export interface Place {
  readonly project: ReadableProject;
  readonly environmentId: string;
  readonly origin: { readonly format: string; readonly reference: string; readonly importedAt: string };
  readonly reason: string | null | undefined;
}

/** Reads what the project has under these keys already. */
export async function readKnown(
  db: Kysely<DB>,
  projectId: string,
  keys: { readonly flags: readonly string[]; readonly segments: readonly string[] },
): Promise<Known> {
  const archivedOn = sql`to_char(archived_at at time zone 'UTC', 'YYYY-MM-DD')`;
  const flags = await sql<KnownFlag>`
    select key, value_type as "valueType", variants, origin ->> 'format' as format, ${archivedOn} as "archivedOn"
    from burgee.flag
    where project_id = ${projectId}
      and lower(key) in (select lower(asked) from jsonb_array_elements_text(${jsonb(keys.flags)}) as asked)`.execute(
    db,
  );
  const segments = await sql<KnownSegment>`
    select key, burgee.wire_segment(segment) as wire, ${archivedOn} as "archivedOn"
    from burgee.segment
    where project_id = ${projectId}
      and key in (select jsonb_array_elements_text(${jsonb(keys.segments)}))`.execute(db);
  return {
    flags: new Map(flags.rows.map((row) => [row.key.toLowerCase(), row])),
    segments: new Map(segments.rows.map((row) => [row.key, row])),
  };
}

/**
 * Writes a plan inside a transaction. What the database refuses of single flags and segments is returned, all of it up
 * to a limit, and then the transaction must be undone.
 *
 * @throws BurgeeError for what refuses the import as a whole, such as FORBIDDEN and REASON_REQUIRED
 */
export async function writeImport(db: Kysely<DB>, plan: ImportPlan, place: Place): Promise<ImportProblem[]> {
  const refused: ImportProblem[] = [];
  const flags = [...plan.created, ...plan.updated];
  await eachOf(db, { items: plan.newSegments, refused, size: 1 }, (some) => insertSegments(db, some, place));
  await eachOf(db, { items: plan.changedSegments, refused, size: 1 }, (some) => updateSegments(db, some, place));
  await eachOf(db, { items: plan.created, refused }, (some) => insertFlags(db, some, place));
  await eachOf(db, { items: plan.updated, refused }, (some) => renewFlags(db, some, place, everything));
  if (refused.length > 0) return refused;
  await eachOf(db, { items: flags, refused }, (some) => writeSettings(db, some, place));
  await eachOf(db, { items: plan.updated, refused }, (some) => renewFlags(db, some, place, onlyNew));
  if (refused.length === 0) await refuseOversize(db, place.project.id);
  return refused;
}

/** The problems told at most; whoever has more mends these first. */
const mostProblems = 100;
const flagsAtOnce = 100;

interface Batch<Item> {
  readonly items: readonly Item[];
  readonly refused: ImportProblem[];
  readonly size?: number;
}

/** Writes many at once; where that is refused, one by one, so that each gets its own sentence. */
async function eachOf<Item extends PlannedFlag | PlannedSegment>(
  db: Kysely<DB>,
  { items, refused, size = flagsAtOnce }: Batch<Item>,
  write: (some: readonly Item[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += size) {
    const some = items.slice(at, at + size);
    const refusal = await attempt(db, () => write(some));
    if (refusal === undefined) continue;
    for (const item of some) {
      const own = some.length === 1 ? refusal : await attempt(db, () => write([item]));
      if (own !== undefined) refused.push(...problemsOf(item, own));
      if (refused.length >= mostProblems) return;
    }
  }
}

/** What was refused, with nothing of it left behind. */
async function attempt(db: Kysely<DB>, write: () => Promise<void>): Promise<BurgeeError | undefined> {
  await sql`savepoint attempt`.execute(db);
  try {
    await write();
    await sql`release savepoint attempt`.execute(db);
    return undefined;
  } catch (error) {
    const refusal = asBurgeeError(error);
    if (refusal.status >= 500 || ofTheWhole.has(refusal.code)) throw refusal;
    await sql`rollback to savepoint attempt`.execute(db);
    return refusal;
  }
}

/** Refusals that would be the same for every flag. */
const ofTheWhole = new Set(['FORBIDDEN', 'REASON_REQUIRED', 'UNAUTHORIZED']);

function problemsOf(item: PlannedFlag | PlannedSegment, refusal: BurgeeError): ImportProblem[] {
  const key = 'flag' in item ? item.flag.key : item.segment.key;
  const { code, message, circumstances } = refusal;
  return (circumstances.problems ?? [{ path: '', message }]).map((problem) => ({ ...problem, key, code }));
}

async function insertFlags(db: Kysely<DB>, some: readonly PlannedFlag[], { project, origin, reason }: Place) {
  await sql`
    insert into burgee.flag
      (project_id, key, description, kind, value_type, variants, client_visible, tags, metadata, origin, change_reason)
    select
      ${project.id}, given -> 'flag' ->> 'key', given ->> 'description', given ->> 'kind', given -> 'flag' ->> 'type',
      given -> 'flag' -> 'variants', coalesce((given -> 'flag' ->> 'clientVisible')::boolean, false),
      array(select jsonb_array_elements_text(given -> 'tags')), coalesce(given -> 'flag' -> 'metadata', '{}'),
      ${jsonb(origin)}, ${reason ?? null}
    from jsonb_array_elements(${jsonb(some)}) as given`.execute(db);
}

/**
 * Gives a known flag its new variants and metadata. First beside the old ones, so that no setting loses what it names;
 * then, where every setting was renewed, without them.
 */
async function renewFlags(
  db: Kysely<DB>,
  some: readonly PlannedFlag[],
  place: Place,
  variants: (place: Place) => RawBuilder<unknown>,
): Promise<void> {
  await sql`
    with ${givenByKey(some)}
    update burgee.flag
    set
      variants = ${variants(place)},
      metadata = coalesce(given.flag -> 'metadata', '{}'),
      client_visible = client_visible or coalesce((given.flag ->> 'clientVisible')::boolean, false),
      origin = ${jsonb(place.origin)},
      change_reason = ${place.reason ?? null}
    from given
    where flag.project_id = ${place.project.id}
      and flag.key = any (${keysOf(some)}::text[])
      and flag.key = given.key`.execute(db);
}

const everything = () => sql`flag.variants || (given.flag -> 'variants')`;

const onlyNew = (place: Place) => sql`
  case
    when exists (
      select
      from burgee.flag_setting as setting
      where setting.flag_id = flag.id and not ${isRenewed(place)}
    ) then flag.variants
    else given.flag -> 'variants'
  end`;

/** In the chosen environment as imported; elsewhere the same definition, switched off, while nobody ever used it there. */
async function writeSettings(db: Kysely<DB>, some: readonly PlannedFlag[], place: Place): Promise<void> {
  await sql`
    with ${givenByKey(some)}
    update burgee.flag_setting as setting
    set
      enabled = (given.flag ->> 'enabled')::boolean and setting.environment_id = ${place.environmentId},
      off_variant = given.flag ->> 'off',
      requires = given.flag -> 'requires',
      rules = given.flag -> 'rules',
      default_serve = given.flag -> 'default',
      salt = given.flag ->> 'salt',
      semantics = given.flag ->> 'semantics',
      foreign_rule = given.flag -> 'foreign',
      change_reason = ${place.reason ?? null}
    from burgee.flag
    join given on given.key = flag.key
    where flag.project_id = ${place.project.id}
      and flag.key = any (${keysOf(some)}::text[])
      and setting.flag_id = flag.id
      and ${isRenewed(place)}`.execute(db);
}

/** Taken apart once; the keys stand beside it as a list, so that the index finds their rows. */
function givenByKey(some: readonly PlannedFlag[]): RawBuilder<unknown> {
  return sql`given (key, flag) as materialized (
    select one -> 'flag' ->> 'key', one -> 'flag' from jsonb_array_elements(${jsonb(some)}) as one
  )`;
}

function keysOf(some: readonly PlannedFlag[]): string[] {
  return some.map(({ flag }) => flag.key);
}

/**
 * Whether an import writes a setting: in its environment; and elsewhere while the flag was never enabled there, so that
 * a later switch decides alike. What is new in this transaction anybody may write; else a developer's hand ends at production.
 */
function isRenewed({ project, environmentId }: Place): RawBuilder<unknown> {
  const isOwner = rolesFrom('product_owner').includes(project.role);
  return sql`(
    setting.environment_id = ${environmentId}
    or setting.first_enabled_at is null
      and (
        ${isOwner}
        or flag.created_at = burgee.now()
        or setting.environment_id in (select id from burgee.environment where not is_production)
      )
  )`;
}

async function insertSegments(db: Kysely<DB>, some: readonly PlannedSegment[], { project, reason }: Place) {
  for (const { segment, name, description } of some) {
    await sql`
      insert into burgee.segment (project_id, key, name, description, semantics, conditions, change_reason)
      values (
        ${project.id}, ${segment.key}, ${name}, ${description}, ${segment.semantics ?? null},
        ${listOrAbsent(segment.if ?? null)}, ${reason ?? null}
      )`.execute(db);
    await writeMembers(db, segment, project.id);
  }
}

async function updateSegments(db: Kysely<DB>, some: readonly PlannedSegment[], { project, reason }: Place) {
  for (const { segment } of some) {
    await sql`
      update burgee.segment
      set conditions = ${listOrAbsent(segment.if ?? null)}, change_reason = ${reason ?? null}
      where project_id = ${project.id} and key = ${segment.key}`.execute(db);
    await writeMembers(db, segment, project.id);
  }
}

async function writeMembers(db: Kysely<DB>, segment: PlannedSegment['segment'], projectId: string): Promise<void> {
  const members = [
    ...(segment.include ?? []).map((key) => ({ key, included: true })),
    ...(segment.exclude ?? []).map((key) => ({ key, included: false })),
  ];
  const given = sql`
    jsonb_to_recordset(${jsonb(members)}) as given (key text, included boolean)`;
  const known = sql`segment.project_id = ${projectId} and segment.key = ${segment.key}`;
  await sql`
    delete from burgee.segment_member as member
    using burgee.segment
    where ${known} and member.segment_id = segment.id
      and not exists (select from ${given} where given.key = member.targeting_key)`.execute(db);
  await sql`
    insert into burgee.segment_member (segment_id, targeting_key, included)
    select segment.id, given.key, bool_and(given.included)
    from ${given}
    cross join burgee.segment
    where ${known}
    group by segment.id, given.key
    on conflict (segment_id, targeting_key) do update set included = excluded.included
    where segment_member.included <> excluded.included`.execute(db);
}

/** What no replica would load is not written. */
async function refuseOversize(db: Kysely<DB>, projectId: string): Promise<void> {
  const { rows } = await sql<{ key: string; bytes: number; flags: number }>`
    select environment.key, length(burgee.wire_ruleset_text(environment.id)) as bytes,
      (select count(*)::int from burgee.flag where project_id = ${projectId} and archived_at is null) as flags
    from burgee.environment
    where environment.project_id = ${projectId}`.execute(db);
  for (const { key, bytes, flags } of rows) {
    if (flags > rulesetLimits.flags) {
      throw new BurgeeError('LIMIT_EXCEEDED', `the project would have ${flags} flags; at most ${rulesetLimits.flags}`);
    }
    if (bytes > rulesetLimits.bytes) {
      const message = `the ruleset of ${key} would have ${bytes} bytes; at most ${rulesetLimits.bytes}`;
      throw new BurgeeError('LIMIT_EXCEEDED', message, { fix: 'Import less, or into several projects.' });
    }
  }
}
