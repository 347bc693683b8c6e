import { type Attempt, beginAttempt, type HttpSourceOptions } from './attempt.ts';
import type { Source } from './source.ts';

export interface PollOptions extends HttpSourceOptions {
  /** What the answer is called when it is handed over. */
  event: string;
  intervalMs: number;
  /** Each wait is up to a tenth longer. */
  random: () => number;
}

/** Asks again and again, with the ETag of the last answer to the same question, if that was taken. */
export function pollSource(options: PollOptions): Source {
  return {
    kind: 'poll',
    open(report) {
      const attempt = beginAttempt(options, report);
      void ask(attempt, options, { question: '', etag: '' });
      return attempt.close;
    },
  };
}

/** Begins empty with each attempt: the one before ended because its last answer was of no use, or is not wanted any more. */
interface Seen {
  question: string;
  etag: string;
}

async function ask(attempt: Attempt, options: PollOptions, seen: Seen): Promise<void> {
  const { url, body } = options.request();
  const question = url + body;
  const known = seen.etag && seen.question === question;
  const response = await attempt.ask('application/json', known ? { 'if-none-match': seen.etag } : {});
  if (!response) return;
  try {
    if (response.status === 304) attempt.say({ kind: 'unchanged' });
    else {
      attempt.say({ kind: 'message', event: options.event, data: await response.text() });
      seen.etag = response.headers.get('etag') ?? '';
      seen.question = question;
    }
  } catch (error) {
    attempt.lose(error);
  }
  attempt.watch(options.intervalMs * (1 + options.random() * 0.1), () => void ask(attempt, options, seen));
}
