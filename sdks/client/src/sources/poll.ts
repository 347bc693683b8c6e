import { type Attempt, answerWithinMs, beginAttempt, type HttpSourceOptions } from './attempt.ts';
import type { Source } from './source.ts';

export interface PollOptions extends HttpSourceOptions {
  /** What the answer is called when it is handed over. */
  event: string;
  /** 30 s unless told. */
  pollIntervalMs?: number | undefined;
  /** Each wait is up to a tenth longer. */
  random: () => number;
}

/**
 * Asks again and again, with the ETag of the last answer.
 *
 * The server is asked to keep its answer back until it would be another one. Each time that fails, because something on
 * the way does not wait as long, it is asked for half of that; a server that answers at once is asked at intervals.
 */
export function pollSource(options: PollOptions): Source {
  const { event, pollIntervalMs = 30_000, random } = options;
  /** Between two requests that wait, and up to twice that: what changes often is asked for together. */
  const gapMs = 1_000;
  /** How long the server is asked to wait for a change before it says that there is none. */
  let seconds = 50;
  /** What the request on its way asked for. */
  let wait = 0;

  /** Without an ETag at first: the attempt before ended because its answer was of no use, or another question is asked. */
  function ask(attempt: Attempt, etag = ''): void {
    wait = etag ? seconds : 0;
    const more = { ...(etag && { 'if-none-match': etag }), ...(wait && { prefer: `wait=${wait}` }) };
    attempt.watch(answerWithinMs + wait * 1_000);
    void attempt.ask('application/json', more, async (response) => {
      const { status, headers } = response;
      const unchanged = status === 304;
      if (wait && unchanged && !headers.get('preference-applied')) seconds = 0;
      attempt.say(unchanged ? { kind: 'unchanged' } : { kind: 'message', event, data: await response.text() });
      const known = headers.get('etag') ?? (unchanged ? etag : '');
      const delayMs = known && seconds ? gapMs * (1 + random()) : pollIntervalMs * (1 + random() * 0.1);
      attempt.watch(delayMs, () => ask(attempt, known));
    });
  }

  return {
    kind: 'poll',
    open(report) {
      const attempt = beginAttempt(options, (said) => {
        if (said.kind === 'failed' && wait) seconds >>= 1;
        report(said);
      });
      ask(attempt);
      return attempt.close;
    },
  };
}
