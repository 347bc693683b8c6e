import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential, Public } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { catalogue } from '../errors.ts';
import { contextIn } from '../ruleset/context.ts';
import { eventText } from '../ruleset/event.ts';
import { etagMatches } from '../ruleset/negotiation.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Snapshot } from '../ruleset/snapshot.ts';
import { EventStreams } from '../ruleset/stream.store.ts';
import { audienceOf, type Body, type Decided, Decisions } from './decision.store.ts';
import { EventTokens } from './event-token.store.ts';

const json = 'application/json; charset=utf-8';

/** OFREP 0.3, for OpenFeature clients of any language. */
@Controller('ofrep/v1')
export class OfrepController {
  readonly #decisions: Decisions;
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #tokens: EventTokens;
  readonly #keys: KeyStore;

  constructor(
    @Inject(Decisions) decisions: Decisions,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(EventTokens) tokens: EventTokens,
    @Inject(KeyStore) keys: KeyStore,
  ) {
    this.#decisions = decisions;
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#tokens = tokens;
    this.#keys = keys;
  }

  @Post('evaluate/flags/:key')
  @HttpCode(200)
  @Credential('client', 'server')
  async one(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('key') key: string): Promise<void> {
    const credential = request.credential as KeyCredential;
    const context = contextIn(request.body);
    const snapshot = await this.#decisions.snapshotOf(credential);
    const { evaluation, entry, used } = this.#decisions.one(snapshot, audienceOf(credential), { key, context });
    used.count += 1;
    const { errorCode } = evaluation;
    if (errorCode !== undefined)
      reply.status(errorCode in catalogue ? catalogue[errorCode as keyof typeof catalogue].status : 500);
    reply.header('content-type', json).send(entry);
  }

  @Post('evaluate/flags')
  @HttpCode(200)
  @Credential('client', 'server')
  async all(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('flagConfigEtag') nudgedTo?: unknown,
  ): Promise<void> {
    const credential = request.credential as KeyCredential;
    const context = contextIn(request.body);
    const snapshot = await this.#atLeast(await this.#decisions.snapshotOf(credential), nudgedTo);
    const audience = audienceOf(credential);
    const tag = this.#decisions.tag(snapshot, audience, context);
    // the address of the stream in the body is good for this hour and the next
    const etag = `"${tag}.${this.#tokens.hour()}"`;
    reply.header('etag', etag).header('cache-control', 'no-cache');
    if (etagMatches(request.headers['if-none-match'], etag)) {
      reply.status(304).send();
      return;
    }
    const body = this.#decisions.body(`ofrep ${tag}`, () =>
      bulkBody(snapshot, this.#decisions.all(snapshot, audience, context)),
    );
    for (const { delivered } of body.rendered) delivered.count += 1;
    reply.header('content-type', json).send(body.text + this.#streamsMember(credential));
  }

  /** OFREP's nudge: says that something changed, not what. The token in the address is the credential. */
  @Get('events')
  @Public()
  async events(@Res() reply: FastifyReply, @Query('token') token?: unknown): Promise<void> {
    const { keyId, environmentId } = this.#tokens.keyOf(token);
    await this.#rulesets.open(environmentId);
    let undo = () => {};
    const stream = this.#streams.open(reply, { isAllowed: () => this.#keys.isGood(keyId), onEnd: () => undo() });
    undo = this.#rulesets.subscribe(environmentId, ({ next }) => stream.send(nudge(next)));
  }

  /** A client that another replica nudged must not get what that replica has left behind. */
  async #atLeast(snapshot: Snapshot, nudgedTo: unknown): Promise<Snapshot> {
    if (typeof nudgedTo !== 'string' || nudgedTo === snapshot.version) return snapshot;
    await this.#rulesets.synchronise().catch(() => undefined); // away: what is in memory is the newest there is
    return this.#rulesets.open(snapshot.environmentId);
  }

  #streamsMember(key: KeyCredential): string {
    const requestUri = `/ofrep/v1/events?token=${this.#tokens.tokenOf(key)}`;
    return `,"eventStreams":[{"type":"sse","endpoint":{"requestUri":"${requestUri}"},"inactivityDelaySec":120}]}`;
  }
}

/** All but the closing brace: the address of the stream follows, which differs from key to key. */
function bulkBody(snapshot: Snapshot, decided: Decided): Body {
  const entries = decided.rendered.map(({ entry }) => entry).join(',');
  return { text: `{"flags":[${entries}],"metadata":{"version":${JSON.stringify(snapshot.version)}}`, ...decided };
}

function nudge({ version }: Snapshot): string {
  const data = JSON.stringify({ type: 'refetchEvaluation', etag: version });
  return eventText({ id: version, event: 'message', data });
}
