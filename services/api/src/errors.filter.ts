import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { asBurgeeError, BurgeeError, extensionsOf } from './errors.ts';

/** Answers every thrown thing with its code, sentence and fix; OFREP's doors in OFREP's words. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #methodsOf: (path: string) => readonly string[];

  constructor(logger: Logger, methodsOf: (path: string) => readonly string[]) {
    this.#logger = logger;
    this.#methodsOf = methodsOf;
  }

  catch(exception: unknown, host: ArgumentsHost): unknown {
    // a resolver's error goes back to GraphQL, whose formatter gives it its extensions
    if (host.getType<string>() === 'graphql') return exception;
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
    return undefined;
  }

  /** Also for what goes wrong before a route is reached, such as a body that is no JSON. */
  answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = this.#translate(exception, request);
    if (error.status === 500) {
      this.#logger.error(
        { err: error.cause ?? error, requestId: request.id, method: request.method, route: request.routeOptions.url },
        error.message,
      );
    }
    if (!reply.sent && !reply.raw.headersSent) send(reply, request, error);
  }

  #translate(exception: unknown, request: FastifyRequest): BurgeeError {
    if (!(exception instanceof HttpException)) return this.#translateOther(exception, request);
    if (exception.cause !== undefined) return asBurgeeError(exception.cause);
    if (exception.getStatus() !== 404) return new BurgeeError('BAD_INPUT', exception.message, { cause: exception });
    return this.#missing(request);
  }

  #translateOther(exception: unknown, request: FastifyRequest): BurgeeError {
    const { code } = Object(exception) as { code?: unknown };
    // nobody listens any more, and the database, which speaks of resets too, has no part in it
    if (code === 'ECONNRESET' && request.raw.destroyed) return new BurgeeError('BAD_INPUT', 'the request broke off');
    // Fastify asks for a type of the body before it looks whether there is anything at the address
    if (code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE') return this.#missing(request);
    return withLimit(asBurgeeError(exception), request);
  }

  #missing(request: FastifyRequest): BurgeeError {
    const allow = this.#methodsOf(pathOf(request));
    if (allow.length === 0) return new BurgeeError('NOT_FOUND', 'there is nothing at this address');
    return new BurgeeError('METHOD_NOT_ALLOWED', `use ${allow.join(' or ')} here, not ${request.method}`, { allow });
  }
}

function send(reply: FastifyReply, request: FastifyRequest, error: BurgeeError): void {
  const { retryAfterSeconds, allow } = error.circumstances;
  // whole seconds: the only form that all clients read
  const waitSeconds = retryAfterSeconds ?? (asksToWait.has(error.status) ? 2 : undefined);
  if (waitSeconds !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(waitSeconds))));
  if (allow !== undefined) reply.header('allow', allow.join(', '));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  // Fastify would close at once, and a sender that still writes would never read why: Node takes the rest and drops it
  if (error.code === 'BODY_TOO_LARGE') reply.removeHeader('connection');
  const body = bodyFor(pathOf(request), error, request);
  reply.status(error.status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}

/** OFREP's doors and GraphQL's have a form of their own. */
function bodyFor(path: string, error: BurgeeError, request: FastifyRequest): object {
  const { problems, current } = error.circumstances;
  if (path.startsWith('/ofrep/'))
    return { ...keyOf(request), errorCode: openFeatureCode(error, path), errorDetails: error.message };
  if (/^\/graphql(\/|$)/.test(path)) return { errors: [{ message: error.message, extensions: extensionsOf(error) }] };
  return { code: error.code, message: error.message, fix: error.fix, problems, current };
}

/** Only the route knows how much it takes. */
function withLimit(error: BurgeeError, { routeOptions }: FastifyRequest): BurgeeError {
  if (error.code !== 'BODY_TOO_LARGE' || routeOptions.bodyLimit === undefined) return error;
  const limit = `${routeOptions.bodyLimit / 1024} KiB`;
  return new BurgeeError('BODY_TOO_LARGE', `the body is larger than ${limit}`, { cause: error.cause });
}

/** Statuses that are nothing without Retry-After. */
const asksToWait: ReadonlySet<number> = new Set([429, 503]);

const flagsDoor = '/ofrep/v1/evaluate/flags/';

/** Where clients read the code it is one of OpenFeature's: typed ones know no other. */
function openFeatureCode({ code }: BurgeeError, path: string): string {
  if (code === 'BAD_INPUT') return 'GENERAL';
  return code === 'NOT_FOUND' && path.startsWith(flagsDoor) ? 'FLAG_NOT_FOUND' : code;
}

/** Without the origin, which a request to a proxy has before its path. */
function pathOf(request: FastifyRequest): string {
  return request.url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] || '/';
}

/** The flag that was asked for; one that no flag can be called reaches no route. */
function keyOf(request: FastifyRequest): { key?: string } {
  const { key } = (request.params ?? {}) as { key?: string };
  const path = pathOf(request);
  if (key !== undefined) return { key };
  const isShort = path.length <= flagsDoor.length + 512;
  return path.startsWith(flagsDoor) && isShort ? { key: path.slice(flagsDoor.length) } : {};
}
