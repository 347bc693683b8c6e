import { type Attempt, answerWithinMs, beginAttempt, type HttpSourceOptions } from './attempt.ts';
import type { Source } from './source.ts';

export interface PollOptions extends HttpSourceOptions {
  /** What the answer is called when it is handed over. */
  event: string;
  intervalMs: number;
  /** Each wait is up to a tenth longer. */
  random: () => number;
}

/** How long the server is asked to wait for a change before it says that there is none. */
const longestWaitSeconds = 50;
/** Between two such requests, and up to twice that: what changes often is asked for together. */
const gapMs = 1_000;

/**
 * Asks again and again, with the ETag of the last answer.
 *
 * The server is asked to keep its answer back until it would be another one. Each time that fails, because something on
 * the way does not wait as long, it is asked for half of that; a server that answers at once is asked at intervals.
 */
export function pollSource(options: PollOptions): Source {
  const { event, intervalMs, random } = options;
  let seconds = longestWaitSeconds;
  /** What the request on its way asked for. */
  let wait = 0;

  /** Without an ETag at first: the attempt before ended because its answer was of no use, or another question is asked. */
  async function ask(attempt: Attempt, etag = ''): Promise<void> {
    const headers: Record<string, string> = etag ? { 'if-none-match': etag } : {};
    wait = etag ? seconds : 0;
    if (wait) headers.prefer = `wait=${wait}`;
    const response = await attempt.ask('application/json', headers, answerWithinMs + wait * 1_000);
    if (!response) return;
    if (wait && response.status === 304 && !response.headers.get('preference-applied')) seconds = 0;
    try {
      if (response.status === 304) attempt.say({ kind: 'unchanged' });
      else attempt.say({ kind: 'message', event, data: await response.text() });
    } catch (error) {
      attempt.lose(error);
    }
    const known = response.headers.get('etag') ?? (response.status === 304 ? etag : '');
    const delayMs = known && seconds ? gapMs * (1 + random()) : intervalMs * (1 + random() * 0.1);
    attempt.watch(delayMs, () => void ask(attempt, known));
  }

  return {
    kind: 'poll',
    open(report) {
      const attempt = beginAttempt(options, (said) => {
        if (said.kind === 'failed' && wait) seconds >>= 1;
        report(said);
      });
      void ask(attempt);
      return attempt.close;
    },
  };
}
