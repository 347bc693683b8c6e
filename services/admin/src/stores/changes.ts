import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { z } from 'zod';

/** What the API says about a change: names and versions only, never content. */
export type Change = z.infer<typeof change>;

/**
 * Follows `/v1/changes` while somebody is signed in. Whoever shows data watches `latest` and reads again; after a gap in
 * the stream `latest` is 'everything', because nobody knows what was missed.
 */
export const useChanges = defineStore('changes', () => {
  const state = shallowRef<'closed' | 'live' | 'reconnecting'>('closed');
  const latest = shallowRef<{ of: Change | 'everything' }>();
  let source: EventSource | undefined;

  function open(): void {
    if (source !== undefined) return;
    source = new EventSource('/v1/changes');
    source.addEventListener('open', () => {
      if (state.value === 'reconnecting') latest.value = { of: 'everything' };
      state.value = 'live';
    });
    source.addEventListener('changed', (event: MessageEvent<string>) => {
      const parsed = change.safeParse(parse(event.data));
      latest.value = { of: parsed.success ? parsed.data : 'everything' };
    });
    source.addEventListener('error', reconnect);
  }

  /** The browser tries again by itself unless the answer was a refusal; then it is tried here, more slowly. */
  function reconnect(): void {
    state.value = 'reconnecting';
    if (source?.readyState !== EventSource.CLOSED) return;
    source = undefined;
    timer = setTimeout(open, retryMs);
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    state.value = 'closed';
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  return { state, latest, open, close };
});

const retryMs = 5_000;

const change = z.object({
  environment: z.object({ project: z.string(), key: z.string() }),
  version: z.string(),
  flags: z.array(z.string()),
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // An unreadable event counts as "everything changed".
  }
}
