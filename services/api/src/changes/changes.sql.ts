import type { Postgres } from '../postgres.ts';

/** An environment that a member may watch. */
export interface WatchedEnvironment {
  readonly id: string;
  readonly project: string;
  readonly key: string;
}

/** Reads the environments of all projects in which the member has a role. */
export function readWatchable(postgres: Postgres, memberId: string): Promise<WatchedEnvironment[]> {
  return postgres.query<WatchedEnvironment>(
    `select environment.id, project.key as project, environment.key
     from burgee.environment
     join burgee.project on project.id = environment.project_id
     join burgee.member_role on member_role.project_id = project.id
     join burgee.member on member.id = member_role.member_id
     where member.id = $1 and member.disabled_at is null`,
    [memberId],
  );
}
