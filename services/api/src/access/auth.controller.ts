import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { attempts, canonicalEmail } from './attempts.ts';
import { Credential, Public } from './credential.guard.ts';
import { isOwnOrigin } from './own-origin.ts';
import { hashPassword, isPassword } from './password.ts';
import { hashAccessToken, isAccessToken } from './secrets.ts';
import { readPassword, readTokenByHash, redeemSetupLink } from './sessions.sql.ts';
import { type SessionAnswer, Sessions } from './sessions.store.ts';

const text = (most: number) => z.string().min(1).max(most);
const signInBody = z.strictObject({ email: text(320), password: text(1024) });
const tokenBody = z.strictObject({ accessToken: text(4096) });
const setupBody = z.strictObject({
  token: text(256),
  email: z
    .string()
    .max(254)
    .regex(/^[^@\s]+@[^@\s]+$/, 'an e-mail address'),
  name: text(200),
  password: text(1024),
});

const windowMs = 15 * 60_000;

/** Signing in and out. What changes something is a POST of JSON from our own page, or from no page at all. */
@Controller()
export class AuthController {
  readonly #postgres: Postgres;
  readonly #sessions: Sessions;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #byEmail = attempts({ most: 10, windowMs });
  readonly #byAddress = attempts({ most: 300, windowMs });

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(Sessions) sessions: Sessions,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#postgres = postgres;
    this.#sessions = sessions;
    this.#config = config;
    this.#clock = clock;
  }

  @Public()
  @Post('auth/sign-in')
  @HttpCode(200)
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<SessionAnswer> {
    const { email: typed, password } = this.#read(request, reply, signInBody, body);
    const email = canonicalEmail(typed);
    this.#limit(this.#byEmail.count(email, this.#clock()));
    const found = await readPassword(this.#postgres, email);
    if (!(await isPassword(password, found?.passwordHash)) || found === undefined) {
      throw new BurgeeError('UNAUTHORIZED', 'this e-mail and password do not belong together', {
        fix: 'Check both; after ten tries the door stays shut for a quarter of an hour.',
      });
    }
    this.#byEmail.forget(email);
    return this.#sessions.open(reply, found.memberId);
  }

  @Public()
  @Post('auth/sign-in-with-token')
  @HttpCode(200)
  async signInWithToken(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<SessionAnswer> {
    const { accessToken } = this.#read(request, reply, tokenBody, body);
    const token = isAccessToken(accessToken)
      ? await readTokenByHash(this.#postgres, hashAccessToken(accessToken))
      : undefined;
    if (token?.kind !== 'cli') throw new BurgeeError('UNAUTHORIZED', 'unknown, expired or revoked access token');
    return this.#sessions.open(reply, token.memberId, token.expiresAt);
  }

  @Public()
  @Post('auth/setup')
  @HttpCode(200)
  async setUp(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<SessionAnswer> {
    const { token, email, name, password } = this.#read(request, reply, setupBody, body);
    const memberId = await redeemSetupLink(this.#postgres, {
      tokenHash: hashAccessToken(token),
      email: canonicalEmail(email),
      name,
      passwordHash: await hashPassword(password),
    });
    return this.#sessions.open(reply, memberId);
  }

  @Credential('member')
  @Post('auth/token')
  @HttpCode(200)
  renew(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SessionAnswer> {
    reply.header('cache-control', 'no-store');
    return this.#sessions.renew(request);
  }

  @Credential('member')
  @Post('auth/sign-out')
  @HttpCode(204)
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.#sessions.end(request, reply);
  }

  @Public()
  @Get('.well-known/jwks.json')
  jwks(@Res({ passthrough: true }) reply: FastifyReply) {
    reply.header('cache-control', 'public, max-age=300');
    return this.#sessions.tokens.jwks;
  }

  /** Checks page, pace and body, in that order; nothing here is ever kept by a cache. */
  #read<T>(request: FastifyRequest, reply: FastifyReply, shape: z.ZodType<T>, body: unknown): T {
    if (!isOwnOrigin(request.headers, this.#config)) {
      throw new BurgeeError('FORBIDDEN', 'Sign in from the page that Burgee itself serves.');
    }
    this.#limit(this.#byAddress.count(request.ip, this.#clock()));
    reply.header('cache-control', 'no-store');
    const read = shape.safeParse(body);
    if (read.success) return read.data;
    const problems = read.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    const [first] = problems;
    throw new BurgeeError('BAD_INPUT', first ? `${first.path || 'body'}: ${first.message}` : 'bad body', { problems });
  }

  #limit(waitSeconds: number | undefined): void {
    if (waitSeconds === undefined) return;
    throw new BurgeeError('TOO_MANY_REQUESTS', 'too many tries', { retryAfterSeconds: waitSeconds });
  }
}
