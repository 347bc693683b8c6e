import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential, Public } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { contextIn } from '../ruleset/context.ts';
import { etagMatches, lastEventId } from '../ruleset/negotiation.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import { EventStreams } from '../ruleset/stream.store.ts';
import { audienceOf, Decisions } from './decision.store.ts';
import { EventTokens } from './event-token.store.ts';
import { Nudges } from './nudge.store.ts';

const json = 'application/json; charset=utf-8';

/** OFREP 0.3, for OpenFeature clients of any language. */
@Controller('ofrep/v1')
export class OfrepController {
  readonly #decisions: Decisions;
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #tokens: EventTokens;
  readonly #nudges: Nudges;
  readonly #keys: KeyStore;

  constructor(
    @Inject(Decisions) decisions: Decisions,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(EventTokens) tokens: EventTokens,
    @Inject(Nudges) nudges: Nudges,
    @Inject(KeyStore) keys: KeyStore,
  ) {
    this.#decisions = decisions;
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#tokens = tokens;
    this.#nudges = nudges;
    this.#keys = keys;
  }

  @Post('evaluate/flags/:key')
  @HttpCode(200)
  @Credential('client', 'server')
  async one(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const credential = request.credential as KeyCredential;
    const { key } = request.params as { key: string };
    const context = contextIn(request.body);
    const snapshot = await this.#decisions.snapshotOf(credential);
    const { evaluation, entry, used } = this.#decisions.one(snapshot, audienceOf(credential), { key, context });
    used.count += 1;
    const { errorCode } = evaluation;
    // OFREP's evaluationFailure: this flag cannot be decided for this context; nothing is wrong with the service
    if (errorCode !== undefined) reply.status(errorCode === 'FLAG_NOT_FOUND' ? 404 : 400);
    reply.header('content-type', json).send(entry);
  }

  @Post('evaluate/flags')
  @HttpCode(200)
  @Credential('client', 'server')
  async all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const credential = request.credential as KeyCredential;
    const context = contextIn(request.body);
    const ifNoneMatch = request.headers['if-none-match'];
    const held = await this.#decisions.snapshotOf(credential);
    const nudgedTo = versionNudgedTo(request.query as Nudge);
    const snapshot = nudgedTo === undefined ? held : await this.#rulesets.notBehind(held, nudgedTo);
    this.#nudges.watch(snapshot);
    const audience = audienceOf(credential);
    const tag = this.#decisions.tag(snapshot, audience, context);
    // who is told "not modified" goes on with the address of the stream that came with the body
    const slot = this.#tokens.slotFor(ifNoneMatch);
    const etag = `"${tag}.${slot.toString(36)}"`;
    reply.header('etag', etag).header('cache-control', 'no-cache');
    if (etagMatches(ifNoneMatch, etag)) {
      reply.status(304).send();
      return;
    }
    const flags = this.#decisions.joined({ snapshot, audience, context, form: 'entry', tag });
    const metadata = `{"version":${JSON.stringify(snapshot.version)}}`;
    const streams = streamsMember(this.#tokens.tokenOf(credential, slot));
    reply.header('content-type', json).send(`{"flags":[${flags}],"metadata":${metadata}${streams}`);
  }

  /** OFREP's nudge: says that something changed, not what. The token in the address is the credential. */
  @Get('events')
  @Public()
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { keyId, environmentId } = this.#tokens.keyOf((request.query as { token?: unknown }).token);
    const snapshot = await this.#rulesets.open(environmentId);
    let undo = () => {};
    const stream = this.#streams.open(reply, {
      kind: 'nudges',
      isAllowed: () => this.#keys.isGood(keyId),
      onEnd: () => undo(),
    });
    undo = this.#nudges.follow(snapshot, stream, lastEventId(request.headers));
  }
}

/** What a nudged client says about the nudge. */
interface Nudge {
  readonly flagConfigEtag?: unknown;
  readonly flagConfigLastModified?: unknown;
}

/** The version that a client was nudged to; empty: it only knows when. */
function versionNudgedTo({ flagConfigEtag, flagConfigLastModified }: Nudge): string | undefined {
  if (flagConfigEtag === undefined && flagConfigLastModified === undefined) return undefined;
  return typeof flagConfigEtag === 'string' ? flagConfigEtag : '';
}

function streamsMember(token: string): string {
  const requestUri = `/ofrep/v1/events?token=${token}`;
  return `,"eventStreams":[{"type":"sse","endpoint":{"requestUri":"${requestUri}"},"inactivityDelaySec":120}]}`;
}
