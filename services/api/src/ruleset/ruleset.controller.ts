import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { KeyCredential } from '../access/credential.ts';
import { KeyStore } from '../access/key.store.ts';
import { etagMatches, lastEventId, waitSeconds, wantsEvents } from './negotiation.ts';
import { Polls } from './poll.store.ts';
import type { RelayKeys } from './relay-keys.ts';
import { RulesetStore } from './ruleset.store.ts';
import { RulesetStreams } from './ruleset-stream.store.ts';
import type { Snapshot } from './snapshot.ts';
import { EventStreams } from './stream.store.ts';

/** `GET /v1/ruleset`: whole rulesets, for local evaluation and relays; as JSON or as a stream of patches. */
@Controller('v1')
export class RulesetController {
  readonly #rulesets: RulesetStore;
  readonly #rulesetStreams: RulesetStreams;
  readonly #streams: EventStreams;
  readonly #polls: Polls;
  readonly #keys: KeyStore;

  constructor(
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(RulesetStreams) rulesetStreams: RulesetStreams,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(Polls) polls: Polls,
    @Inject(KeyStore) keys: KeyStore,
  ) {
    this.#rulesets = rulesets;
    this.#rulesetStreams = rulesetStreams;
    this.#streams = streams;
    this.#polls = polls;
    this.#keys = keys;
  }

  @Get('ruleset')
  @Credential('server', 'relay')
  async ruleset(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const key = request.credential as KeyCredential;
    const snapshot = this.#rulesets.current(key.environmentId) ?? (await this.#rulesets.open(key.environmentId));
    if (wantsEvents(request.headers.accept)) return this.#stream(request, reply, snapshot);
    await this.#whileUnchanged(request, reply);
    const found = this.#found(key);
    reply.header('etag', found.etag).header('cache-control', 'no-cache').header('vary', 'accept, accept-encoding');
    if (etagMatches(request.headers['if-none-match'], found.etag)) {
      reply.status(304).send();
      return;
    }
    const { encoding, body } = await bodyOf(found, request.headers['accept-encoding']);
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    reply.header('content-type', 'application/json; charset=utf-8').send(body);
  }

  /** Waits, if asked to, until the answer would be another one. */
  async #whileUnchanged(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const seconds = waitSeconds(request.headers.prefer);
    if (seconds === undefined) return;
    reply.header('preference-applied', `wait=${seconds}`);
    const key = request.credential as KeyCredential;
    const isOver = () => !etagMatches(request.headers['if-none-match'], this.#found(key).etag);
    if (!isOver()) await this.#polls.wait({ request, reply, seconds, isOver });
  }

  /** What this key is answered now, of an environment that is open. */
  #found({ environmentId, keyKind }: KeyCredential): Found {
    const snapshot = this.#rulesets.current(environmentId) as Snapshot;
    const keys = keyKind === 'relay' ? this.#rulesetStreams.keysOf(environmentId) : undefined;
    return { snapshot, keys, etag: keys === undefined ? `"${snapshot.version}"` : `"${snapshot.version}.${keys.tag}"` };
  }

  async #stream(request: FastifyRequest, reply: FastifyReply, held: Snapshot): Promise<void> {
    const { keyId, keyKind } = request.credential as KeyCredential;
    const lastVersion = lastEventId(request.headers);
    const snapshot = lastVersion === undefined ? held : await this.#rulesets.notBehind(held, lastVersion);
    let undo = () => {};
    const stream = this.#streams.open(reply, {
      kind: 'ruleset',
      isAllowed: () => this.#keys.isGood(keyId),
      onEnd: () => undo(),
    });
    undo = this.#rulesetStreams.follow(snapshot, {
      stream,
      lastVersion,
      isRelay: keyKind === 'relay',
    });
  }
}

interface Found {
  readonly snapshot: Snapshot;
  /** Relays only. */
  readonly keys: RelayKeys | undefined;
  readonly etag: string;
}

async function bodyOf({ snapshot, keys }: Found, accepted: string | string[] | undefined) {
  if (keys === undefined) return encodedBody(snapshot, accepted);
  return { encoding: 'identity', body: withKeys(snapshot, keys) };
}

/** Only relays that find no way for a stream ask for it, and get 304 as long as nothing changes: not worth keeping. */
function withKeys(snapshot: Snapshot, keys: RelayKeys): string {
  return `${JSON.stringify(snapshot.ruleset).slice(0, -1)},"keys":${keys.text}}`;
}

type Encoding = 'identity' | 'gzip' | 'br';

const encoders: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  identity: async (body) => body,
  gzip: (body) => promisify(gzip)(body, { level: 6 }),
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
};

const bodies = new WeakMap<Snapshot, Map<Encoding, Promise<Buffer>>>();

/** One buffer per version and content coding, made on its first use. */
async function encodedBody(snapshot: Snapshot, accepted: string | string[] | undefined) {
  const offers = String(accepted ?? '');
  const encoding: Encoding = /\bbr\b/.test(offers) ? 'br' : /\bgzip\b/.test(offers) ? 'gzip' : 'identity';
  const made = bodies.get(snapshot) ?? new Map<Encoding, Promise<Buffer>>();
  bodies.set(snapshot, made);
  const body = made.get(encoding) ?? encoders[encoding](Buffer.from(JSON.stringify(snapshot.ruleset)));
  made.set(encoding, body);
  return { encoding, body: await body };
}
