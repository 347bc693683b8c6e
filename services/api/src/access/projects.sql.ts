import { type Kysely, sql } from 'kysely';
import type { DB } from '../database.ts';
import { BurgeeError } from '../errors.ts';
import type { MemberCredential } from './credential.ts';
import type { CreateEnvironmentInput, CreateProjectInput, Environment, Project } from './projects.graphql.ts';
import { type Role, rolesFrom } from './role.ts';

/** A project that the member may read, with its role there. */
export interface ReadableProject {
  readonly id: string;
  readonly key: string;
  readonly role: Role;
}

/**
 * Finds a project by key, for a member who has at least `least` there.
 *
 * @throws NOT_FOUND where the member has no role, as if there were no such project; FORBIDDEN where the role is too small
 */
export async function readableProject(
  db: Kysely<DB>,
  member: MemberCredential,
  { key, least = 'viewer' }: { readonly key: string; readonly least?: Role },
): Promise<ReadableProject> {
  const { rows } = await sql<ReadableProject>`
    select project.id, project.key, member_role.role
    from burgee.project
    join burgee.member_role on member_role.project_id = project.id
    where project.key = ${key} and member_role.member_id = ${member.memberId}`.execute(db);
  const [project] = rows;
  if (project === undefined) throw noProject(key);
  if (!rolesFrom(least).includes(project.role)) {
    throw new BurgeeError('FORBIDDEN', `this needs the role ${least} in project ${key}; yours is ${project.role}`);
  }
  return project;
}

/** The answer for a project that is not there, or not for this member. */
export function noProject(key: string): BurgeeError {
  return new BurgeeError('NOT_FOUND', `no project ${key}`, { fix: 'Check the key, or ask for a role in the project.' });
}

/** Reads the member's projects, or one of them by its key, in the order of their keys. */
export async function readProjects(db: Kysely<DB>, member: MemberCredential, key?: string): Promise<Project[]> {
  const { rows } = await sql<Project>`
    select project.id, project.key, project.name,
      (extract(epoch from project.stale_after) / 86400)::float8 as "staleAfterDays",
      coalesce(
        (select jsonb_agg(${environmentJson} order by environment.position, environment.key)
         from burgee.environment
         where environment.project_id = project.id),
        '[]'
      ) as environments
    from burgee.project
    join burgee.member_role on member_role.project_id = project.id
    where member_role.member_id = ${member.memberId}
      and ${key === undefined ? sql`true` : sql`project.key = ${key}`}
    order by project.key`.execute(db);
  return rows.map((row) => ({ ...row, warnings: warningsOf(row) }));
}

/** An environment as GraphQL shows it, for use where `environment` is joined. */
export const environmentJson = sql`jsonb_build_object(
  'id', environment.id,
  'key', environment.key,
  'name', environment.name,
  'isProduction', environment.is_production,
  'version', burgee.version_text(environment))`;

/** Makes a project; a trigger makes its maker its administrator. */
export async function insertProject(db: Kysely<DB>, { key, name, staleAfterDays }: CreateProjectInput): Promise<void> {
  await sql`
    insert into burgee.project (key, name, stale_after)
    values (${key}, ${name}, make_interval(secs => ${(staleAfterDays ?? 14) * 86_400}))`.execute(db);
}

/** Adds an environment after the others; a trigger gives every flag a setting in it. */
export async function insertEnvironment(
  db: Kysely<DB>,
  projectId: string,
  input: CreateEnvironmentInput,
): Promise<Environment> {
  const { rows } = await sql<{ made: Environment }>`
    insert into burgee.environment (project_id, key, name, is_production, position)
    values (
      ${projectId}, ${input.key}, ${input.name}, ${input.isProduction},
      (select coalesce(max(position) + 1, 0) from burgee.environment where project_id = ${projectId})
    )
    returning ${environmentJson} as made`.execute(db);
  return (rows[0] as { made: Environment }).made;
}

function warningsOf({ environments }: Pick<Project, 'environments'>): string[] {
  if (environments.length === 0) return ['This project has no environment: its flags are decided nowhere.'];
  if (environments.some(({ isProduction }) => isProduction)) return [];
  return ['This project has no production environment: none of its flags is ever stale.'];
}
