import type { Clock } from '../clock.ts';
import type { Failure, Fetch, HttpRequest, Report } from './source.ts';

/** What a source over HTTP is made of. */
export interface HttpSourceOptions {
  request: () => HttpRequest;
  fetch: Fetch;
  clock: Clock;
}

/** How long the server may take to begin its answer, and who has been too slow. */
export interface Patience {
  ms: number;
  cause: 'silent' | 'unusable';
}

const usual: Patience = { ms: 15_000, cause: 'silent' };

/** One attempt over HTTP: says at most one failure, and nothing once it is over. */
export interface Attempt {
  /** Asks; answers undefined after having reported why not. */
  ask(accept: string, headers?: Record<string, string>, patience?: Patience): Promise<Response | undefined>;
  /** Fails, or runs this, when the time has passed before the next such call. */
  watch(delayMs: number, run?: () => void, cause?: Patience['cause']): void;
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

  function watch(delayMs: number, run?: () => void, cause: Patience['cause'] = 'silent'): void {
    stopWatch();
    if (signal.aborted) return;
    stopWatch = clock.after(delayMs, run ?? (() => fail({ cause, detail: `silent for ${delayMs} ms` })));
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
    async ask(accept, more, { ms, cause } = usual) {
      watch(ms, undefined, cause);
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
