import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Credential } from '../access/credential.guard.ts';
import type { MemberCredential } from '../access/credential.ts';
import { MEMBER_CREDENTIALS, type MemberCredentials } from '../access/member-credentials.ts';
import { CurrentMember } from '../access/needs.guard.ts';
import { presentedBy } from '../access/presented.ts';
import { Postgres } from '../postgres.ts';
import type { EventStream } from '../ruleset/open-stream.store.ts';
import { patchBetween } from '../ruleset/patch.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import type { Change } from '../ruleset/snapshot.ts';
import { EventStreams } from '../ruleset/stream.store.ts';
import { readWatchable, type WatchedEnvironment } from './changes.sql.ts';

const reviewMs = 30_000;

/** `GET /v1/changes`: which flags changed where, for whoever looks at the admin; keys and versions, no rules. */
@Controller('v1')
export class ChangesController {
  readonly #postgres: Postgres;
  readonly #rulesets: RulesetStore;
  readonly #streams: EventStreams;
  readonly #members: MemberCredentials;

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(EventStreams) streams: EventStreams,
    @Inject(MEMBER_CREDENTIALS) members: MemberCredentials,
  ) {
    this.#postgres = postgres;
    this.#rulesets = rulesets;
    this.#streams = streams;
    this.#members = members;
  }

  @Get('changes')
  @Credential('member')
  async changes(
    @CurrentMember() member: MemberCredential,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const watched = await readWatchable(this.#postgres, member.memberId);
    // once the stream is open it misses nothing
    await this.#open(watched);
    const undos = new Map<string, () => void>();
    let isAllowed = true;
    const stream = this.#streams.open(reply, {
      kind: 'changes',
      isAllowed: () => isAllowed,
      onEnd: () => {
        clearInterval(review);
        for (const undo of undos.values()) undo();
      },
    });
    const review = setInterval(() => {
      this.#review(member, request)
        .then(async (now) => {
          await this.#open(now);
          this.#watch(stream, undos, now);
        })
        .catch((error: unknown) => {
          // a database that is away says nothing about the right; only a clear answer ends the stream
          if (error instanceof NoLongerAllowed) {
            isAllowed = false;
            stream.end();
          }
        });
    }, reviewMs).unref();
    this.#watch(stream, undos, watched);
  }

  /** Who may listen, and to what, is asked again now and then: sessions end and roles change while a stream stays. */
  async #review(member: MemberCredential, request: FastifyRequest): Promise<WatchedEnvironment[]> {
    const { cookie, bearer } = presentedBy(request.headers, this.#members.cookieName);
    const isStillGood =
      cookie !== undefined ? await this.#members.fromCookie(cookie) : await this.#members.fromBearer(bearer ?? '');
    if (isStillGood === undefined) throw new NoLongerAllowed();
    return readWatchable(this.#postgres, member.memberId);
  }

  /** An environment that nobody uses is not followed until somebody opens it; one that cannot be loaded now comes later. */
  async #open(watched: readonly WatchedEnvironment[]): Promise<void> {
    await Promise.allSettled(watched.map(({ id }) => this.#rulesets.open(id)));
  }

  #watch(stream: EventStream, undos: Map<string, () => void>, watched: readonly WatchedEnvironment[]): void {
    const ids = new Set(watched.map(({ id }) => id));
    for (const [id, undo] of undos) {
      if (ids.has(id)) continue;
      undo();
      undos.delete(id);
    }
    for (const environment of watched) {
      if (undos.has(environment.id) || !stream.isOpen) continue;
      undos.set(
        environment.id,
        this.#rulesets.subscribe(environment.id, (change) => {
          const event = eventOf(environment, change);
          if (event !== undefined) stream.send(event);
        }),
      );
    }
  }
}

class NoLongerAllowed extends Error {}

/** Undefined where only the clock moved. */
function eventOf({ project, key }: WatchedEnvironment, { previous, next }: Change): string | undefined {
  if (previous.version === next.version) return undefined;
  const { flags, removedFlags } = patchBetween(previous.ruleset, next.ruleset);
  const data = {
    environment: { project, key },
    version: next.version,
    flags: [...Object.keys(flags), ...removedFlags].sort(),
  };
  return `event: changed\nid: ${next.version}\ndata: ${JSON.stringify(data)}\n\n`;
}
