import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  Inject,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { requestOf } from './request.ts';

export type Otherwise = 'not-found' | 'forbidden' | 'null' | 'graphql-error';

/** Thrown by `@RequireFlag`; an HTTP answer by its status, a GraphQL error by its extensions. */
export class FlagDenied extends HttpException {
  readonly flagKey: string;
  readonly extensions: { readonly code: string };

  constructor(flagKey: string, otherwise: Exclude<Otherwise, 'null'>, execution: ExecutionContext) {
    const { status, code, message } = answers[otherwise];
    super(execution.getType() === 'http' ? httpBody(status, execution) : message, status);
    this.flagKey = flagKey;
    this.extensions = { code };
  }
}

const answers = {
  'not-found': { status: 404, code: 'NOT_FOUND', message: 'Not found' },
  forbidden: { status: 403, code: 'FORBIDDEN', message: 'Forbidden' },
  'graphql-error': { status: 403, code: 'FLAG_OFF', message: 'Not available at present' },
} as const;

/** The same answer as that of a route that is not there, or that is somebody else's. */
function httpBody(statusCode: 403 | 404, execution: ExecutionContext): object {
  if (statusCode === 403) return { message: 'Forbidden resource', error: 'Forbidden', statusCode };
  const request = requestOf(execution);
  return { message: `Cannot ${request?.method} ${request?.url}`, error: 'Not Found', statusCode };
}

/** Thrown by `@RequireFlag(key, { otherwise: 'null' })`. */
export class NullAnswer extends HttpException {
  constructor() {
    super('Not available', 403);
  }
}

/** Turns it into the answer null; where filters do not run it stays an error, and so stays closed. */
@Catch(NullAnswer)
export class NullAnswerFilter implements ExceptionFilter<NullAnswer> {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(_: NullAnswer, host: ArgumentsHost): null {
    if (host.getType() !== 'http') return null;
    const response: unknown = host.switchToHttp().getResponse();
    this.host.httpAdapter.setHeader(response, 'content-type', 'application/json; charset=utf-8');
    this.host.httpAdapter.reply(response, 'null', 200);
    return null;
  }
}
