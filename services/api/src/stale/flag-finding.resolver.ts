import { Inject } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { Flag } from '../flags/flags.graphql.ts';
import { Postgres } from '../postgres.ts';
import { StaleFinding } from './stale.graphql.ts';
import { readFindings } from './stale.sql.ts';

/** What the stale audit says of a flag, read once a project and request however many flags are asked for. */
@Resolver(() => Flag)
export class FlagFindingResolver {
  readonly #postgres: Postgres;
  readonly #asked = new WeakMap<FastifyRequest, Map<string, Promise<ReadonlyMap<string, StaleFinding>>>>();

  constructor(@Inject(Postgres) postgres: Postgres) {
    this.#postgres = postgres;
  }

  @ResolveField(() => StaleFinding, {
    nullable: true,
    description: 'What the stale audit says of it now; the gravest, when there are several.',
  })
  async finding(@Parent() flag: Flag, @Context('request') request: FastifyRequest): Promise<StaleFinding | null> {
    return (await this.#findingsOf(flag.projectId, request)).get(flag.key) ?? null;
  }

  #findingsOf(projectId: string, request: FastifyRequest): Promise<ReadonlyMap<string, StaleFinding>> {
    const asked = this.#asked.get(request) ?? new Map<string, Promise<ReadonlyMap<string, StaleFinding>>>();
    this.#asked.set(request, asked);
    const findings =
      asked.get(projectId) ??
      // the gravest come first, and the last entry of a map wins
      readFindings(this.#postgres.db, projectId).then(
        (all) => new Map(all.toReversed().map((one) => [one.flagKey, one])),
      );
    asked.set(projectId, findings);
    return findings;
  }
}
