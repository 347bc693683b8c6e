import type { EvaluationContext } from '@burgee/evaluator';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { contextIn } from '../ruleset/context.ts';
import { etagMatches, wantsEvents } from '../ruleset/negotiation.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { EventStreams } from '../ruleset/stream.store.ts';
import { audienceOf, Decisions } from './decision.store.ts';
import { DecisionStreams } from './decision-stream.store.ts';
import { decisionsBody } from './decisions.ts';

/** `POST /v1/decisions`: all decisions for a context, once as JSON or from now on as a stream. */
@Controller('v1')
export class DecisionsController {
  readonly #decisions: Decisions;
  readonly #decisionStreams: DecisionStreams;
  readonly #streams: EventStreams;
  readonly #keys: KeyStore;

  constructor(
    @Inject(Decisions) decisions: Decisions,
    @Inject(DecisionStreams) decisionStreams: DecisionStreams,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(KeyStore) keys: KeyStore,
  ) {
    this.#decisions = decisions;
    this.#decisionStreams = decisionStreams;
    this.#streams = streams;
    this.#keys = keys;
  }

  @Post('decisions')
  @HttpCode(200)
  @Credential('client', 'server')
  async decide(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const key = request.credential as KeyCredential;
    const context = contextIn(request.body);
    const snapshot = await this.#decisions.snapshotOf(key);
    if (wantsEvents(request.headers.accept)) return this.#stream(reply, { key, snapshot, context });
    const audience = audienceOf(key);
    const tag = this.#decisions.tag(snapshot, audience, context);
    const etag = `"${tag}"`;
    reply.header('etag', etag).header('cache-control', 'no-cache').header('vary', 'accept');
    if (etagMatches(request.headers['if-none-match'], etag)) {
      reply.status(304).send();
      return;
    }
    const body = this.#decisions.body(`decisions ${tag}`, () => {
      const decided = this.#decisions.all(snapshot, audience, context);
      return { text: decisionsBody(snapshot.version, decided.rendered), ...decided };
    });
    for (const { delivered } of body.rendered) delivered.count += 1;
    reply.header('content-type', 'application/json; charset=utf-8').send(body.text);
  }

  #stream(reply: FastifyReply, asked: { key: KeyCredential; snapshot: Snapshot; context: EvaluationContext }): void {
    const { key, snapshot, context } = asked;
    let undo = () => {};
    const stream = this.#streams.open(reply, { isAllowed: () => this.#keys.isGood(key.keyId), onEnd: () => undo() });
    undo = this.#decisionStreams.follow(snapshot, { stream, context, audience: audienceOf(key) });
  }
}
