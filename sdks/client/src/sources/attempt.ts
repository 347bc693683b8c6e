import type { Clock } from '../clock.ts';
import type { Failure, Fetch, HttpRequest, Report } from './source.ts';

/** What a source over HTTP is made of. */
export interface HttpSourceOptions {
  request: () => HttpRequest;
  fetch: Fetch;
  clock: Clock;
  /** How long the server may take to begin its answer; 15 s unless told. */
  answerWithinMs?: number;
}

/** One attempt over HTTP: says at most one failure, and nothing once it is over. */
export class Attempt {
  readonly #report: (report: Report) => void;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #stopWatch: () => void = () => {};
  #over = false;

  constructor(clock: Clock, report: (report: Report) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Asks; answers undefined after having reported why not. */
  async ask(
    options: HttpSourceOptions,
    accept: string,
    extra: Record<string, string> = {},
  ): Promise<Response | undefined> {
    const { url, method, headers, body } = options.request();
    this.expectWithin(options.answerWithinMs ?? 15_000);
    try {
      const response = await options.fetch(url, {
        method,
        headers: { ...headers, accept, ...extra },
        signal: this.#abort.signal,
        cache: 'no-store',
        ...(body === undefined ? {} : { body }),
      });
      const failure = judge(response, accept);
      if (!failure) return response;
      this.fail(failure);
    } catch (error) {
      this.fail({ cause: 'unreachable', detail: String(error) });
    }
    return undefined;
  }

  /** Fails as silent unless called again, or stopped, in time. */
  expectWithin(delayMs: number): void {
    this.#stopWatch();
    if (!this.#over)
      this.#stopWatch = this.#clock.after(delayMs, () =>
        this.fail({ cause: 'silent', detail: `nothing for ${delayMs} ms` }),
      );
  }

  /** Lets `run` happen later in place of the watch. */
  later(delayMs: number, run: () => void): void {
    this.#stopWatch();
    if (!this.#over) this.#stopWatch = this.#clock.after(delayMs, run);
  }

  say(report: Report): void {
    if (!this.#over) this.#report(report);
  }

  fail(failure: Failure): void {
    if (this.#over) return;
    this.close();
    this.#report({ kind: 'failed', failure });
  }

  close(): void {
    this.#over = true;
    this.#stopWatch();
    this.#abort.abort();
  }
}

/** Only the kind of answer is judged here: its status and its content type. */
function judge(response: Response, accept: string): Failure | undefined {
  const { status } = response;
  const type = response.headers.get('content-type') ?? '';
  if (status === 304 || (status === 200 && type.startsWith(accept))) return undefined;
  if (status === 200) return { cause: 'unusable', detail: `content type ${type || 'missing'}` };
  const retryAfter = response.headers.get('retry-after');
  const cause = status === 401 || status === 403 ? 'refused' : 'status';
  return { cause, detail: `status ${status}`, status, ...(retryAfter === null ? {} : { retryAfter }) };
}
