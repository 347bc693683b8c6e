import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { asBurgeeError, BurgeeError } from './errors.ts';

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
        { err: error.cause ?? error, method: request.method, route: request.routeOptions.url },
        error.message,
      );
    }
    if (!reply.sent && !reply.raw.headersSent) send(reply, request, error);
  }

  #translate(exception: unknown, request: FastifyRequest): BurgeeError {
    if (!(exception instanceof HttpException)) return asBurgeeError(exception);
    if (exception.cause !== undefined) return asBurgeeError(exception.cause);
    if (exception.getStatus() !== 404) return new BurgeeError('BAD_INPUT', exception.message, { cause: exception });
    const allow = this.#methodsOf(pathOf(request));
    if (allow.length === 0) return new BurgeeError('NOT_FOUND', 'There is nothing at this address.');
    return new BurgeeError('METHOD_NOT_ALLOWED', `use ${allow.join(' or ')} here`, { allow });
  }
}

function send(reply: FastifyReply, request: FastifyRequest, error: BurgeeError): void {
  const { retryAfterSeconds, allow, problems, current } = error.circumstances;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  if (allow !== undefined) reply.header('allow', allow.join(', '));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  const body = pathOf(request).startsWith('/ofrep/')
    ? { ...keyOf(request), errorCode: error.code, errorDetails: error.message }
    : { code: error.code, message: error.message, fix: error.fix, problems, current };
  reply.status(error.status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

function keyOf(request: FastifyRequest): { key?: string } {
  const { key } = (request.params ?? {}) as { key?: string };
  return key === undefined ? {} : { key };
}
