import type { EvaluationContext } from '@burgee/evaluator';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { contextIn } from '../ruleset/context.ts';
import { etagMatches, lastEventId, waitSeconds, wantsEvents } from '../ruleset/negotiation.ts';
import { Polls } from '../ruleset/poll.store.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { EventStreams } from '../ruleset/stream.store.ts';
import { audienceOf, Decisions } from './decision.store.ts';
import { DecisionStreams } from './decision-stream.store.ts';

/** `POST /v1/decisions`: all decisions for a context, once as JSON or from now on as a stream. */
@Controller('v1')
export class DecisionsController {
  readonly #decisions: Decisions;
  readonly #rulesets: RulesetStore;
  readonly #decisionStreams: DecisionStreams;
  readonly #streams: EventStreams;
  readonly #polls: Polls;
  readonly #keys: KeyStore;

  constructor(
    @Inject(Decisions) decisions: Decisions,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(DecisionStreams) decisionStreams: DecisionStreams,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(Polls) polls: Polls,
    @Inject(KeyStore) keys: KeyStore,
  ) {
    this.#decisions = decisions;
    this.#rulesets = rulesets;
    this.#decisionStreams = decisionStreams;
    this.#streams = streams;
    this.#polls = polls;
    this.#keys = keys;
  }

  @Post('decisions')
  @HttpCode(200)
  @Credential('client', 'server')
  async decide(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const key = request.credential as KeyCredential;
    const context = contextIn(request.body);
    let snapshot = await this.#decisions.snapshotOf(key);
    if (wantsEvents(request.headers.accept)) return this.#stream(request, reply, { key, held: snapshot, context });
    const audience = audienceOf(key);
    const isHeld = () => etagMatches(request.headers['if-none-match'], `"${tag}"`);
    let tag = this.#decisions.tag(snapshot, audience, context);
    const seconds = waitSeconds(request.headers.prefer);
    if (seconds !== undefined) reply.header('preference-applied', `wait=${seconds}`);
    if (seconds !== undefined && isHeld()) {
      const isOver = () => {
        snapshot = this.#rulesets.current(key.environmentId) ?? snapshot;
        tag = this.#decisions.tag(snapshot, audience, context);
        return !isHeld();
      };
      await this.#polls.wait({ request, reply, seconds, isOver });
    }
    reply.header('etag', `"${tag}"`).header('cache-control', 'no-cache').header('vary', 'accept');
    if (isHeld()) {
      reply.status(304).send();
      return;
    }
    const flags = this.#decisions.joined({ snapshot, audience, context, form: 'member', tag });
    const body = `{"version":${JSON.stringify(snapshot.version)},"flags":{${flags}}}`;
    reply.header('content-type', 'application/json; charset=utf-8').send(body);
  }

  async #stream(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: { key: KeyCredential; held: Snapshot; context: EvaluationContext },
  ): Promise<void> {
    const { key, held, context } = asked;
    const seen = lastEventId(request.headers);
    const snapshot = seen === undefined ? held : await this.#rulesets.notBehind(held, versionIn(seen));
    let undo = () => {};
    const stream = this.#streams.open(reply, {
      kind: 'decisions',
      isAllowed: () => this.#keys.isGood(key.keyId),
      onEnd: () => undo(),
    });
    const audience = audienceOf(key);
    undo = this.#decisionStreams.follow(snapshot, {
      stream,
      context,
      audience,
      lastEventId: seen,
    });
  }
}

/** Ids of events are `version/tag`. */
function versionIn(eventId: string): string {
  return eventId.split('/', 1)[0] ?? '';
}
