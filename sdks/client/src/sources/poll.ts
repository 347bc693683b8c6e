import { type Attempt, beginAttempt, type HttpSourceOptions } from './attempt.ts';
import type { Source } from './source.ts';

export interface PollOptions extends HttpSourceOptions {
  /** What the answer is called when it is handed over. */
  event: string;
  intervalMs: number;
  /** Each wait is up to a tenth longer. */
  random: () => number;
}

/** Asks again and again, with the ETag of the last answer. */
export function pollSource(options: PollOptions): Source {
  return {
    kind: 'poll',
    open(report) {
      const attempt = beginAttempt(options, report);
      void ask(attempt, options);
      return attempt.close;
    },
  };
}

/** Without an ETag at first: the attempt before ended because its answer was of no use, or another question is asked. */
async function ask(attempt: Attempt, options: PollOptions, etag = ''): Promise<void> {
  const response = await attempt.ask('application/json', etag ? { 'if-none-match': etag } : {});
  if (!response) return;
  try {
    if (response.status === 304) attempt.say({ kind: 'unchanged' });
    else attempt.say({ kind: 'message', event: options.event, data: await response.text() });
  } catch (error) {
    attempt.lose(error);
  }
  const known = response.headers.get('etag') ?? (response.status === 304 ? etag : '');
  attempt.watch(options.intervalMs * (1 + options.random() * 0.1), () => void ask(attempt, options, known));
}
