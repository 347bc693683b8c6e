import { eventually } from '@burgee/test/support';

/** One event as it came over the wire. */
export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A reader of an event stream that remembers everything. */
export interface EventReader {
  readonly status: number;
  readonly headers: Headers;
  readonly events: readonly ReceivedEvent[];
  /** Everything that came, events or not. */
  text(): string;
  isEnded(): boolean;
  /** The first event of this name after the first `skip` of them, as soon as it is there. */
  next(event: string, skip?: number): Promise<ReceivedEvent>;
  close(): void;
}

/** Opens a stream and reads it until it ends. */
export async function readEvents(url: string, init: RequestInit): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(url, {
    ...init,
    signal: abort.signal,
    headers: { accept: 'text/event-stream', ...(init.headers as Record<string, string>) },
  });
  const events: ReceivedEvent[] = [];
  let all = '';
  let rest = '';
  let hasEnded = false;
  const decoder = new TextDecoder();
  const read = async () => {
    for await (const chunk of response.body ?? []) {
      const text = decoder.decode(chunk as Uint8Array, { stream: true });
      all += text;
      rest += text;
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      events.push(...blocks.flatMap(parsed));
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      hasEnded = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    events,
    text: () => all,
    isEnded: () => hasEnded,
    next: (name, skip = 0) =>
      eventually(() => {
        const found = events.filter(({ event }) => event === name)[skip];
        if (found === undefined)
          throw new Error(`no event ${name} in ${JSON.stringify(events.map(({ event }) => event))}`);
        return found;
      }),
    close: () => abort.abort(),
  };
}

function parsed(block: string): ReceivedEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  return [{ id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: JSON.parse(data) }];
}
