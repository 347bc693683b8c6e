import { Inject } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import { Postgres } from '../postgres.ts';
import type { MemberCredential } from './credential.ts';
import { CurrentMember, MemberMutation, MemberQuery } from './needs.guard.ts';
import { CreateEnvironmentInput, CreateProjectInput, Environment, Project } from './projects.graphql.ts';
import { insertEnvironment, insertProject, readableProject, readProjects } from './projects.sql.ts';

/** Projects and their environments. */
@Resolver()
export class ProjectsResolver {
  readonly #postgres: Postgres;

  constructor(@Inject(Postgres) postgres: Postgres) {
    this.#postgres = postgres;
  }

  @MemberQuery(() => [Project], { needs: 'viewer', does: 'The projects in which the member has a role.' })
  projects(@CurrentMember() member: MemberCredential): Promise<Project[]> {
    return readProjects(this.#postgres.db, member);
  }

  @MemberQuery(() => Project, { needs: 'viewer', does: 'One project, by its key.', nullable: true })
  async project(
    @CurrentMember() member: MemberCredential,
    @Args('key', { type: () => String }) key: string,
  ): Promise<Project | null> {
    const [project] = await readProjects(this.#postgres.db, member, key);
    return project ?? null;
  }

  @MemberMutation(() => Project, {
    needs: 'admin',
    does: 'Makes a project, and its maker its administrator. Asked of any project.',
  })
  createProject(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => CreateProjectInput }) input: CreateProjectInput,
  ): Promise<Project> {
    return this.#postgres.transaction(member, async (trx) => {
      await insertProject(trx, input);
      const [project] = await readProjects(trx, member, input.key);
      return project as Project;
    });
  }

  @MemberMutation(() => Environment, { needs: 'admin', does: 'Adds an environment; every flag gets a setting in it.' })
  createEnvironment(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => CreateEnvironmentInput }) input: CreateEnvironmentInput,
  ): Promise<Environment> {
    return this.#postgres.transaction(member, async (trx) => {
      const project = await readableProject(trx, member, { key: input.project });
      return insertEnvironment(trx, project.id, input);
    });
  }
}
