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

type Read = (response: Response) => Promise<void>;

/** One attempt over HTTP: says at most one failure, and nothing once it is over. */
export interface Attempt {
  /** Asks for this content type, and has the answer read; says why not where that goes wrong. */
  ask(accept: string, more: Readonly<Record<string, string>>, read: Read): Promise<void>;
  /** Runs this (fails as silent, unless told) when the time has passed before the next such call. */
  watch(delayMs: number, run?: () => void): void;
  say(report: Report): void;
  fail(cause: Failure['cause'], detail: string, retryAfter?: string | null): void;
  /** A failure from now on says that the server asked for this wait. */
  retry(retryMs: number): void;
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
  let retryMs: number | undefined;

  function watch(delayMs: number, run = () => fail('silent', `silent for ${delayMs} ms`)): void {
    stopWatch();
    if (!signal.aborted) stopWatch = clock.after(delayMs, run);
  }

  function say(said: Report): void {
    if (!signal.aborted) report(said);
  }

  function fail(cause: Failure['cause'], detail: string, retryAfter?: string | null): void {
    if (signal.aborted) return;
    close();
    report({ kind: 'failed', failure: { cause, detail, retryAfter: retryAfter ?? undefined, retryMs } });
  }

  function close(): void {
    stopWatch();
    abort.abort();
  }

  return {
    async ask(accept, more, read) {
      let url = '';
      try {
        const asked = request();
        url = asked.url;
        const headers = { ...asked.headers, ...more, accept };
        const response = await fetch(url, { ...asked, headers, signal, cache: 'no-store' });
        const { status } = response;
        const type = response.headers.get('content-type') ?? '';
        // only the kind of answer is judged here
        if (status === 304 || (status === 200 && type.startsWith(accept))) await read(response);
        else if (status === 200) fail('unusable', `content type ${type}`);
        else if (status === 401 || status === 403) fail('refused', `status ${status}`);
        else fail('status', `status ${status}`, response.headers.get('retry-after'));
      } catch (error) {
        fail('unreachable', `${url}: ${(error as Error).cause ?? error}`);
      }
    },
    watch,
    say,
    fail,
    retry(told) {
      retryMs = told;
    },
    close,
  };
}
