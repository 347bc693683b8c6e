import { Inject } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { JsonScalar } from '../graphql/scalars.ts';
import { contextIn } from '../ruleset/context.ts';
import { audienceOf, Decisions, type Rendered } from './decision.store.ts';
import { Evaluation } from './evaluation.graphql.ts';

/** The one thin field for applications that already speak GraphQL: the same answers as the other doors. */
@Resolver()
export class EvaluationResolver {
  readonly #decisions: Decisions;

  constructor(@Inject(Decisions) decisions: Decisions) {
    this.#decisions = decisions;
  }

  @Query(() => [Evaluation], {
    description: 'Every flag that the key may see, decided for a context. Needs an API key.',
  })
  @Credential('client', 'server')
  async evaluation(
    @Context('request') request: FastifyRequest,
    @Args('context', { type: () => JsonScalar }) context: unknown,
  ): Promise<Evaluation[]> {
    const key = request.credential as KeyCredential;
    const snapshot = await this.#decisions.snapshotOf(key);
    const audience = audienceOf(key);
    return this.#decisions.all(snapshot, audience, contextIn({ context })).rendered.map((rendered) => {
      rendered.delivered.count += 1;
      return audience === 'client' ? allowedIn(rendered) : rendered.evaluation;
    });
  }
}

/** A browser's answer is read from the text that the decisions door sends, so that no field can slip in here. */
function allowedIn({ evaluation: { flagKey }, member }: Rendered): Evaluation {
  const decision = (JSON.parse(`{${member}}`) as Record<string, Omit<Evaluation, 'flagKey'>>)[flagKey];
  return { flagKey, ...(decision as Omit<Evaluation, 'flagKey'>) };
}
