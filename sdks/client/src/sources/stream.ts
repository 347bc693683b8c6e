import { Attempt, type HttpSourceOptions } from './attempt.ts';
import { readEventStream } from './event-stream.ts';
import type { Source } from './source.ts';

/** The server sends at least a comment every 15 s; three missed ones mean that nobody is there. */
const silenceMs = 45_000;

/** A `text/event-stream`, read with fetch because EventSource sends no headers. */
export function streamSource(options: HttpSourceOptions): Source {
  return {
    kind: 'stream',
    open(report) {
      const attempt = new Attempt(options.clock, report);
      void read(attempt, options);
      return () => attempt.close();
    },
  };
}

async function read(attempt: Attempt, options: HttpSourceOptions): Promise<void> {
  const response = await attempt.ask(options, 'text/event-stream');
  if (!response) return;
  let retry: { retryMs?: number } = {};
  const decoder = new TextDecoder();
  const take = readEventStream({
    event: (event) => attempt.say({ kind: 'message', ...event }),
    retry: (retryMs) => {
      retry = { retryMs };
    },
  });
  try {
    const reader = response.body?.getReader();
    attempt.expectWithin(silenceMs);
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      attempt.expectWithin(silenceMs);
      take(decoder.decode(part.value, { stream: true }));
      attempt.say({ kind: 'alive' });
    }
    attempt.fail({ cause: 'ended', detail: 'the stream ended', ...retry });
  } catch (error) {
    attempt.fail({ cause: 'unreachable', detail: String(error), ...retry });
  }
}
