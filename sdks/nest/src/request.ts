import { AsyncLocalStorage } from 'node:async_hooks';
import type { EvaluationContext } from '@burgee/client/server';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';

/** Makes an evaluation context out of a request. It is called often and must not wait for anything. */
export type ContextOf = (execution: ExecutionContext) => EvaluationContext;

/** The part of a request that the SDK reads. */
export interface RequestLike {
  readonly user?: unknown;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly method?: string;
  readonly url?: string;
}

/** The HTTP request behind a controller's or a resolver's call; undefined where there is none. */
export function requestOf(execution: ExecutionContext): RequestLike | undefined {
  if (execution.getType<string>() === 'http') return execution.switchToHttp().getRequest<RequestLike>();
  if (execution.getType<string>() !== 'graphql') return undefined;
  const context = execution.getArgByIndex<{
    req?: RequestLike;
    request?: RequestLike;
    reply?: { request: RequestLike };
  }>(2);
  return context?.req ?? context?.request ?? context?.reply?.request;
}

/**
 * The default: the signed-in user as an authorisation guard left it on the request, by `id` or `sub`.
 *
 * Nothing is taken from headers, query or body: whoever writes those could choose his own flags.
 */
export function signedInUser(execution: ExecutionContext): EvaluationContext {
  const user = requestOf(execution)?.user as { id?: unknown; sub?: unknown } | undefined;
  const id = user?.id ?? user?.sub;
  return ['string', 'number', 'bigint'].includes(typeof id) ? { targetingKey: String(id) } : {};
}

const running = new AsyncLocalStorage<ExecutionContext>();

/** The call that is being handled, for those who do not have it at hand; undefined outside of a handler. */
export function currentExecution(): ExecutionContext | undefined {
  return running.getStore();
}

/** Lets `Burgee` know for which call it is asked, everywhere below the handler. */
@Injectable()
export class ExecutionInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    return new Observable((subscriber) => running.run(execution, () => next.handle().subscribe(subscriber)));
  }
}
