import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import type { MemberCredential } from './credential.ts';
import type { MemberCredentials } from './member-credentials.ts';
import { presentedBy } from './presented.ts';
import { hashAccessToken, isAccessToken, isSession, newSession } from './secrets.ts';
import { type SessionTokens, sessionTokens } from './session-token.ts';
import {
  endSession,
  insertSession,
  type LiveToken,
  readSession,
  readSignedIn,
  readTokenByHash,
  type SignedIn,
  writeTokensUsed,
} from './sessions.sql.ts';

/** What `/auth/token` and the sign-in doors answer. */
export interface SessionAnswer {
  readonly token: string;
  readonly expiresAt: string;
  readonly member: SignedIn;
}

const sessionMs = 7 * 24 * 3_600_000;
const usesFlushMs = 60_000;

/** People's sessions and tokens: rows of `access_token`, asked at every request, so that an end is an end at once. */
@Injectable()
export class Sessions implements MemberCredentials, OnApplicationShutdown {
  readonly cookieName: string;
  readonly tokens: SessionTokens;
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #isHttps: boolean;
  readonly #used = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#postgres = postgres;
    this.#clock = clock;
    this.#logger = logger;
    this.#isHttps = config.publicUrl.startsWith('https:');
    this.cookieName = this.#isHttps ? '__Host-burgee_session' : 'burgee_session';
    this.tokens = sessionTokens(config.signingKey, config.publicUrl);
    this.#timer = setInterval(() => void this.#flushUses(), usesFlushMs).unref();
  }

  async fromCookie(value: string): Promise<MemberCredential | undefined> {
    if (!isSession(value)) return undefined;
    return this.#credentialOf(await readTokenByHash(this.#postgres, hashAccessToken(value)), 'session', 'ui');
  }

  async fromBearer(token: string): Promise<MemberCredential | undefined> {
    if (isAccessToken(token)) {
      return this.#credentialOf(await readTokenByHash(this.#postgres, hashAccessToken(token)), 'cli', 'cli');
    }
    const claims = await this.tokens.verify(token, this.#clock());
    if (claims === undefined) return undefined;
    return this.#credentialOf(await readSession(this.#postgres, claims.sessionId, claims.memberId), 'session', 'ui');
  }

  /** Opens a session, sets its cookie and answers with its first token. */
  async open(reply: FastifyReply, memberId: string, noLongerThan?: Date | null): Promise<SessionAnswer> {
    const value = newSession();
    const longest = new Date(this.#clock() + sessionMs);
    const expiresAt = noLongerThan && noLongerThan < longest ? noLongerThan : longest;
    const id = await insertSession(this.#postgres, { memberId, hash: hashAccessToken(value), expiresAt });
    this.#setCookie(reply, value, Math.floor((expiresAt.getTime() - this.#clock()) / 1000));
    return this.#answer(memberId, id);
  }

  /** Answers with a fresh token for the session behind the cookie. */
  async renew(request: FastifyRequest): Promise<SessionAnswer> {
    const session = await this.#sessionOf(request);
    if (session === undefined) {
      throw new BurgeeError('UNAUTHORIZED', 'a token is given for a session cookie only', { fix: 'Sign in again.' });
    }
    return this.#answer(session.memberId, session.id);
  }

  /** Ends the session behind the cookie or the token, and takes the cookie away. */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const session = (await this.#sessionOf(request)) ?? (await this.#sessionOfToken(request));
    if (session !== undefined) await endSession(this.#postgres, session);
    this.#setCookie(reply, '', 0);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushUses();
  }

  async #answer(memberId: string, sessionId: string): Promise<SessionAnswer> {
    const member = await readSignedIn(this.#postgres, memberId);
    if (member === undefined) throw new BurgeeError('UNAUTHORIZED', 'this member may no longer sign in');
    const { token, expiresAt } = await this.tokens.sign({ memberId, sessionId }, this.#clock());
    return { token, expiresAt: expiresAt.toISOString(), member };
  }

  async #sessionOf(request: FastifyRequest): Promise<LiveToken | undefined> {
    const { cookie } = presentedBy(request.headers, this.cookieName);
    if (cookie === undefined || !isSession(cookie)) return undefined;
    const token = await readTokenByHash(this.#postgres, hashAccessToken(cookie));
    return token?.kind === 'session' ? token : undefined;
  }

  async #sessionOfToken(request: FastifyRequest): Promise<LiveToken | undefined> {
    const { bearer } = presentedBy(request.headers, this.cookieName);
    const claims = bearer === undefined ? undefined : await this.tokens.verify(bearer, this.#clock());
    return claims && readSession(this.#postgres, claims.sessionId, claims.memberId);
  }

  #credentialOf(token: LiveToken | undefined, kind: LiveToken['kind'], door: MemberCredential['door']) {
    if (token === undefined || token.kind !== kind) return undefined;
    this.#used.set(token.id, this.#clock());
    return { kind: 'member', memberId: token.memberId, door, tokenId: token.id } satisfies MemberCredential;
  }

  #setCookie(reply: FastifyReply, value: string, maxAgeSeconds: number): void {
    const secure = this.#isHttps ? '; Secure' : '';
    reply.header(
      'set-cookie',
      `${this.cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`,
    );
  }

  /** A last use that cannot be written is no reason to refuse anybody: it is tried again with the next ones. */
  async #flushUses(): Promise<void> {
    if (this.#used.size === 0) return;
    const uses = new Map(this.#used);
    this.#used.clear();
    try {
      await writeTokensUsed(this.#postgres, uses);
    } catch (error) {
      for (const [id, at] of uses) this.#used.set(id, Math.max(at, this.#used.get(id) ?? 0));
      this.#logger.warn({ err: error }, 'the last uses of tokens could not be written');
    }
  }
}
