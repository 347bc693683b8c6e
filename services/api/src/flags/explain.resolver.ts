import { explain } from '@burgee/evaluator';
import { Inject } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import { readEnvironmentId } from '../access/api-keys.sql.ts';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberQuery } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { JsonScalar } from '../graphql/scalars.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { contextIn } from '../ruleset/context.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import { Explanation } from './explain.graphql.ts';

/** Why somebody gets what they get, from the ruleset that is served. */
@Resolver()
export class ExplainResolver {
  readonly #postgres: Postgres;
  readonly #rulesets: RulesetStore;
  readonly #clock: Clock;

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#postgres = postgres;
    this.#rulesets = rulesets;
    this.#clock = clock;
  }

  @MemberQuery(() => Explanation, {
    needs: 'viewer',
    does: 'Decides a flag for a context and tells the way that led to it.',
  })
  async explain(
    @CurrentMember() member: MemberCredential,
    @Args('project', { type: () => String }) projectKey: string,
    @Args('environment', { type: () => String }) environment: string,
    @Args('flag', { type: () => String }) flag: string,
    @Args('context', { type: () => JsonScalar }) context: unknown,
  ): Promise<Explanation> {
    const project = await readableProject(this.#postgres.db, member, { key: projectKey });
    const environmentId = await readEnvironmentId(this.#postgres.db, project.id, environment);
    const { compiled } = await this.#rulesets.open(environmentId);
    return explain(compiled, flag, contextIn({ context }), this.#clock()) as Explanation;
  }
}
