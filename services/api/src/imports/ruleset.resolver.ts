import { Inject } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import { readEnvironmentId } from '../access/api-keys.sql.ts';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { JsonScalar } from '../graphql/scalars.ts';
import { Postgres } from '../postgres.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';

/** The whole of what an environment decides by, for those who take it elsewhere. */
@Resolver()
export class RulesetResolver {
  readonly #postgres: Postgres;
  readonly #rulesets: RulesetStore;

  constructor(@Inject(Postgres) postgres: Postgres, @Inject(RulesetStore) rulesets: RulesetStore) {
    this.#postgres = postgres;
    this.#rulesets = rulesets;
  }

  @MemberQuery(() => JsonScalar, {
    needs: 'developer',
    does: 'All flags and segments of an environment as they are served, in the form that GET /v1/ruleset has.',
  })
  async ruleset(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) projectKey: string,
    @Args('environment', { type: () => String }) environment: string,
  ): Promise<unknown> {
    const project = await readableProject(this.#postgres.db, member, { key: projectKey, least: 'developer' });
    const environmentId = await readEnvironmentId(this.#postgres.db, project.id, environment);
    await this.#rulesets.refresh(environmentId).catch(() => undefined);
    return (await this.#rulesets.open(environmentId)).ruleset;
  }
}
