import { answerWithinMs, beginAttempt, type HttpSourceOptions } from './attempt.ts';
import { readEventStream } from './event-stream.ts';
import type { Source } from './source.ts';

export interface StreamOptions extends HttpSourceOptions {
  /** Only what came after this event is asked for. */
  lastEventId?: () => string | undefined;
}

/** A `text/event-stream`, read with fetch because EventSource sends no headers. */
export function streamSource(options: StreamOptions): Source {
  /** The server sends at least a comment every 15 s; three missed ones mean that nobody is there. */
  const silenceMs = 45_000;
  /** It says something at once. */
  const firstWordsMs = 10_000;
  return {
    kind: 'stream',
    open(report) {
      const { ask, watch, say, fail, retry, close } = beginAttempt(options, report);
      const id = options.lastEventId?.();
      const take = readEventStream({
        event: (event) => say(event.event === 'unchanged' ? { kind: 'unchanged' } : { kind: 'message', ...event }),
        comment: () => say({ kind: 'alive' }),
        retry,
      });
      watch(answerWithinMs);
      void ask('text/event-stream', id ? { 'last-event-id': id } : {}, async ({ body }) => {
        const reader = body?.getReader();
        const decoder = new TextDecoder();
        // something on the way may keep it all back until an end that never comes
        watch(firstWordsMs, () => fail('unusable', 'nothing came through'));
        for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
          watch(silenceMs);
          take(decoder.decode(part.value, { stream: true }));
        }
        fail('ended', 'ended');
      });
      return close;
    },
  };
}
