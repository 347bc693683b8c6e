import type { Clock } from '../clock.ts';
import type { Failure, Fetch, HttpRequest, Report } from './source.ts';

/** What a source over HTTP is made of. */
export interface HttpSourceOptions {
  request: () => HttpRequest;
  fetch: Fetch;
  clock: Clock;
}

/** How long the server may take to begin its answer. */
export const answerWithinMs = 15_000;

/** One attempt over HTTP: says at most one failure, and nothing once it is over. */
export interface Attempt {
  /** Asks; answers undefined after having reported why not. */
  ask(accept: string, headers?: Record<string, string>, withinMs?: number): Promise<Response | undefined>;
  /** Runs this (fails as silent, unless told) when the time has passed before the next such call. */
  watch(delayMs: number, run?: () => void): void;
  say(report: Report): void;
  fail(failure: Failure): void;
  /** Fails because the connection did. */
  lose(error: unknown, retryMs?: number): void;
  close(): void;
}

/** An address of the service. Environments lose variables: a url that is none is told as one that was not reached. */
export function serviceUrl(url: string, path: string): string {
  return String(url).replace(/\/+$/, '') + path;
}

export function beginAttempt({ request, fetch, clock }: HttpSourceOptions, report: (report: Report) => void): Attempt {
  const abort = new AbortController();
  const { signal } = abort;
  let stopWatch = () => {};
  let asked = '';

  function watch(delayMs: number, run = () => fail({ cause: 'silent', detail: `silent for ${delayMs} ms` })): void {
    stopWatch();
    if (!signal.aborted) stopWatch = clock.after(delayMs, run);
  }

  function fail(failure: Failure): void {
    if (signal.aborted) return;
    close();
    report({ kind: 'failed', failure });
  }

  function lose(error: unknown, retryMs?: number): void {
    fail({ cause: 'unreachable', detail: `${asked}: ${String((error as Error).cause ?? error)}`, retryMs });
  }

  function close(): void {
    stopWatch();
    abort.abort();
  }

  return {
    async ask(accept, more, withinMs = answerWithinMs) {
      watch(withinMs);
      try {
        const { url, headers, ...init } = request();
        asked = url;
        const response = await fetch(url, {
          ...init,
          headers: { ...headers, ...more, accept },
          signal,
          cache: 'no-store',
        });
        const failure = judge(response, accept);
        if (!failure) return response;
        fail(failure);
      } catch (error) {
        lose(error);
      }
      return undefined;
    },
    watch,
    say(said) {
      if (!signal.aborted) report(said);
    },
    fail,
    lose,
    close,
  };
}

/** Only the kind of answer is judged here: its status and its content type. */
function judge({ status, headers }: Response, accept: string): Failure | undefined {
  const type = headers.get('content-type') ?? '';
  if (status === 304 || (status === 200 && type.startsWith(accept))) return undefined;
  if (status === 200) return { cause: 'unusable', detail: `content type ${type}` };
  const retryAfter = headers.get('retry-after') ?? undefined;
  const cause = status === 401 || status === 403 ? 'refused' : 'status';
  return { cause, detail: `status ${status}`, retryAfter };
}
