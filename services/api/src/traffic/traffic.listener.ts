import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler, onSendHookHandler } from 'fastify';
import type { Logger } from 'pino';
import { LOGGER } from '../platform.module.ts';
import { Connections } from './connections.store.ts';
import { Limits } from './limits.store.ts';
import { type RequestFamily, Requests } from './requests.store.ts';
import { type RouteFamily, routeFamily } from './routes.ts';
import { seldom } from './seldom.ts';
import { Shedding } from './shedding.store.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request was routed, by `performance.now()`. */
    arrivedAt: number;
  }
}

/** A request that takes longer is written into the log. */
const slowMs = 1000;
const slowLoggedEveryMs = 1000;

/** Stands at every route: lets in what there is room for, and counts what went out. */
@Injectable()
export class Traffic {
  readonly #limits: Limits;
  readonly #shedding: Shedding;
  readonly #connections: Connections;
  readonly #requests: Requests;
  readonly #logger: Logger;
  readonly #seldomSlow = seldom(slowLoggedEveryMs, () => performance.now());
  #isLeaving = false;

  constructor(
    @Inject(Limits) limits: Limits,
    @Inject(Shedding) shedding: Shedding,
    @Inject(Connections) connections: Connections,
    @Inject(Requests) requests: Requests,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#limits = limits;
    this.#shedding = shedding;
    this.#connections = connections;
    this.#requests = requests;
    this.#logger = logger;
  }

  /** From now on every answer is the last one on its connection: whoever keeps connections open makes new ones elsewhere. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Call it before any route is added. */
  watch(server: FastifyInstance): void {
    this.#connections.watch(server.server);
    server.decorateRequest('arrivedAt', 0);
    server.addHook('onRoute', (route) => {
      const family = routeFamily(route.url);
      const requests = this.#requests.family(family.name);
      route.onRequest = [...[route.onRequest ?? []].flat(), this.#arrival(family)];
      route.onSend = [...[route.onSend ?? []].flat(), this.#departure(route.url, requests)];
    });
  }

  #arrival({ isWatched, mayBeShed }: RouteFamily): onRequestHookHandler {
    const shedding = this.#shedding;
    return (request, reply, done) => {
      request.arrivedAt = performance.now();
      if (this.#isLeaving) reply.header('connection', 'close');
      if (isWatched) return done(); // operators are always answered
      if (mayBeShed && shedding.isHigh) return done(shedding.refusal());
      if (this.#connections.isSurplus(request.raw.socket)) {
        reply.header('connection', 'close');
        return done(shedding.refusal());
      }
      this.#limits.arrive(request);
      done();
    };
  }

  #departure(route: string, requests: RequestFamily): onSendHookHandler {
    return (request, reply, payload, done) => {
      requests.count(reply.statusCode);
      if (request.arrivedAt === 0) return done(null, payload); // refused before it came this far
      const ms = performance.now() - request.arrivedAt;
      if (ms < slowMs || request.headers.prefer === undefined) requests.time(ms);
      if (ms >= slowMs && request.headers.prefer === undefined) this.#tellSlow(route, ms, { request, reply });
      done(null, payload);
    };
  }

  #tellSlow(route: string, ms: number, { request, reply }: { request: FastifyRequest; reply: FastifyReply }): void {
    const { id: requestId, method } = request;
    const { statusCode: status } = reply;
    this.#seldomSlow((suppressed) =>
      this.#logger.warn({ requestId, method, route, status, ms: Math.round(ms), suppressed }, 'a slow request'),
    );
  }
}
