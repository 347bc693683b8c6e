import { type Attempt, beginAttempt, type HttpSourceOptions } from './attempt.ts';
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
/** Between two waits, and up to twice that: what changes often is asked for together. */
const gapMs = 1_000;
/** A request that fails sooner did not fail because it waited. */
const quickMs = 2_000;

/**
 * Asks again and again, with the ETag of the last answer.
 *
 * The server is asked to keep the answer back until it would be another one. Where something on the way does not wait
 * as long, half of the time is tried; a server that does not wait is asked once in a while.
 */
export function pollSource(options: PollOptions): Source {
  const { clock, event, intervalMs, random } = options;
  let seconds = longestWaitSeconds;

  /** Without an ETag at first: the attempt before ended because its answer was of no use, or another question is asked. */
  async function ask(attempt: Attempt, asked: { since?: number }, etag = ''): Promise<void> {
    const waits = etag !== '' && seconds > 0;
    const headers: Record<string, string> = etag ? { 'if-none-match': etag } : {};
    if (waits) {
      headers.prefer = `wait=${seconds}`;
      asked.since = clock.now();
    }
    const response = await attempt.ask('application/json', headers, {
      ms: 15_000 + (waits ? seconds * 1_000 : 0),
      cause: 'silent',
    });
    delete asked.since;
    if (!response) return;
    if (waits && !response.headers.get('preference-applied')) seconds = 0;
    try {
      if (response.status === 304) attempt.say({ kind: 'unchanged' });
      else attempt.say({ kind: 'message', event, data: await response.text() });
    } catch (error) {
      attempt.lose(error);
    }
    const known = response.headers.get('etag') ?? (response.status === 304 ? etag : '');
    const delayMs = known && seconds ? gapMs * (1 + random()) : intervalMs * (1 + random() * 0.1);
    attempt.watch(delayMs, () => void ask(attempt, asked, known));
  }

  return {
    kind: 'poll',
    open(report) {
      const asked: { since?: number } = {};
      const attempt = beginAttempt(options, (said) => {
        if (said.kind === 'failed' && asked.since !== undefined)
          seconds = clock.now() - asked.since < quickMs ? 0 : seconds >> 1;
        report(said);
      });
      void ask(attempt, asked);
      return attempt.close;
    },
  };
}
