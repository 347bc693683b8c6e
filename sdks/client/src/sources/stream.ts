import { type Attempt, beginAttempt, type HttpSourceOptions } from './attempt.ts';
import { readEventStream } from './event-stream.ts';
import type { Source } from './source.ts';

/** The server sends at least a comment every 15 s; three missed ones mean that nobody is there. */
const silenceMs = 45_000;
/** It says something at once. */
const firstWordsMs = 10_000;

/** A `text/event-stream`, read with fetch because EventSource sends no headers. */
export function streamSource(options: HttpSourceOptions): Source {
  return {
    kind: 'stream',
    open(report) {
      const attempt = beginAttempt(options, report);
      void read(attempt);
      return attempt.close;
    },
  };
}

async function read({ ask, watch, say, fail, lose }: Attempt): Promise<void> {
  const response = await ask('text/event-stream');
  if (!response) return;
  let retryMs: number | undefined;
  const decoder = new TextDecoder();
  const take = readEventStream({
    event: (event) => say(event.event === 'unchanged' ? { kind: 'unchanged' } : { kind: 'message', ...event }),
    comment: () => say({ kind: 'alive' }),
    retry: (told) => {
      retryMs = told;
    },
  });
  try {
    const reader = response.body?.getReader();
    // something on the way may keep it all back until an end that never comes
    watch(firstWordsMs, () => fail({ cause: 'unusable', detail: 'nothing came through' }));
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      watch(silenceMs);
      take(decoder.decode(part.value, { stream: true }));
    }
    fail({ cause: 'ended', detail: 'ended', retryMs });
  } catch (error) {
    lose(error, retryMs);
  }
}
