import {
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config.ts';
import { BurgeeError } from '../errors.ts';
import { Limits } from '../traffic/limits.store.ts';
import { type Credential as AnyCredential, type CredentialKind, kindOf } from './credential.ts';
import { KeyStore } from './key.store.ts';
import { MEMBER_CREDENTIALS, type MemberCredentials } from './member-credentials.ts';
import { assertOwnPage, badToken, type Presented, presentedBy } from './presented.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; absent on public routes. */
    credential?: AnyCredential;
  }
}

const publicRoute = 'burgee:public';
const credentialKinds = 'burgee:credential';

/** Opens a route to everybody; every such route is listed by hand in a test. */
export const Public = (): CustomDecorator => SetMetadata(publicRoute, true);

/** Names the credentials that open a route or a resolver; without this, or {@link Public}, nothing does. */
export const Credential = (...kinds: CredentialKind[]): CustomDecorator => SetMetadata(credentialKinds, kinds);

/** The one guard before every controller and resolver: exactly one credential, of a kind that the route names. */
@Injectable()
export class CredentialGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #keys: KeyStore;
  readonly #members: MemberCredentials;
  readonly #config: Config;
  readonly #limits: Limits;
  readonly #doors = new WeakMap<object, Door>();

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(KeyStore) keys: KeyStore,
    @Inject(MEMBER_CREDENTIALS) members: MemberCredentials,
    @Inject(CONFIG) config: Config,
    @Inject(Limits) limits: Limits,
  ) {
    this.#reflector = reflector;
    this.#keys = keys;
    this.#members = members;
    this.#config = config;
    this.#limits = limits;
  }

  /** Answers without waiting when the key is in memory: the hot doors stay synchronous. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { isPublic, kinds } = this.#doorOf(context);
    if (isPublic) return true;
    if (kinds === undefined) throw new BurgeeError('FORBIDDEN', 'No credential opens this door.');
    const request = requestOf(context);
    const presented = presentedBy(request.headers, this.#members.cookieName);
    const known = presented.key === undefined ? undefined : this.#keys.find(presented.key);
    if (known !== undefined) {
      // a resolver's guard meets a request that was counted at the door
      if (request.credential === undefined) this.#limits.admit(known.keyId);
      return admit(request, known, kinds);
    }
    return this.#identify(request, presented, kinds).then((credential) => admit(request, credential, kinds));
  }

  /** What is written on a route is read once. */
  #doorOf(context: ExecutionContext): Door {
    const [handler, place] = [context.getHandler(), context.getClass()];
    const known = this.#doors.get(handler);
    if (known?.place === place) return known;
    const isPublic = this.#reflector.getAllAndOverride<boolean>(publicRoute, [handler, place]) === true;
    const kinds = this.#reflector.getAllAndOverride<CredentialKind[] | undefined>(credentialKinds, [handler, place]);
    const door: Door = { place, isPublic, kinds };
    this.#doors.set(handler, door);
    return door;
  }

  async #identify(
    request: FastifyRequest,
    presented: Presented,
    kinds: readonly CredentialKind[],
  ): Promise<AnyCredential> {
    if (presented.cookie !== undefined) assertOwnPage(request, this.#config);
    const { key, bearer, cookie } = presented;
    if (key === undefined && bearer === undefined && cookie === undefined) throw refusalOf(presented, kinds);
    const kind = key === undefined ? 'member' : 'key';
    const credential = await this.#limits.identify(request, kind, () => this.#lookUp(presented));
    if (credential === undefined) throw refusalOf(presented, kinds);
    return credential;
  }

  async #lookUp({ key, bearer, cookie }: Presented): Promise<AnyCredential | undefined> {
    if (key !== undefined) return this.#keys.lookUp(key);
    if (bearer !== undefined) return this.#members.fromBearer(bearer);
    if (cookie !== undefined) return this.#members.fromCookie(cookie);
    return undefined;
  }
}

/** What is written on a handler, or on the class around it. */
interface Door {
  /** A handler may be inherited by several classes. */
  readonly place: unknown;
  readonly isPublic: boolean;
  readonly kinds: readonly CredentialKind[] | undefined;
}

function admit(request: FastifyRequest, credential: AnyCredential, kinds: readonly CredentialKind[]): true {
  const kind = kindOf(credential);
  if (!kinds.includes(kind)) {
    const names = kinds.map(nameOf).join(' or ');
    throw new BurgeeError('FORBIDDEN', `This door opens to ${names}, not to ${nameOf(kind)}.`, {
      fix: kinds.includes('member') ? 'Sign in, or use an access token.' : `Send ${names}.`,
    });
  }
  request.credential = credential;
  return true;
}

function nameOf(kind: CredentialKind): string {
  return kind === 'member' ? 'a member' : `a ${kind} key`;
}

function refusalOf({ key, bearer, cookie }: Presented, kinds: readonly CredentialKind[]): BurgeeError {
  if (bearer !== undefined) return badToken(bearer, kinds.includes('member'));
  if (cookie !== undefined) return new BurgeeError('UNAUTHORIZED', 'the session has ended; sign in again');
  const what = key === undefined ? '' : 'unknown, expired or revoked key; ';
  return new BurgeeError('UNAUTHORIZED', `${what}send a key as Authorization: Bearer`);
}

/** The HTTP request behind a controller's or a resolver's call. */
function requestOf(context: ExecutionContext): FastifyRequest {
  if (context.getType<string>() !== 'graphql') return context.switchToHttp().getRequest<FastifyRequest>();
  const { reply, request, req } = context.getArgByIndex<GraphqlContext>(2);
  const found = request ?? req ?? reply?.request;
  if (found === undefined) throw new BurgeeError('INTERNAL', 'The GraphQL context carries no request.');
  return found;
}

interface GraphqlContext {
  readonly request?: FastifyRequest;
  readonly req?: FastifyRequest;
  readonly reply?: { readonly request: FastifyRequest };
}
