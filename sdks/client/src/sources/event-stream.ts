/** One event of a `text/event-stream`. */
export interface StreamEvent {
  event: string;
  data: string;
  /** Names what the reader has now; empty where the server gave none. */
  id: string;
}

export interface StreamReader {
  event(event: StreamEvent): void;
  /** Comments are heartbeats. */
  comment(): void;
  retry(retryMs: number): void;
}

const longestEvent = 64 * 1024 * 1024;

/**
 * Reads a `text/event-stream` that may come in slices of any size: inside a line, between CR and LF, inside a field.
 *
 * @returns takes the next slice of decoded text; throws when a single event is larger than 64 Mi characters
 * @see     https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function readEventStream(reader: StreamReader): (slice: string) => void {
  let rest = '';
  let afterReturn = false;
  let event = '';
  let id = '';
  let data: string[] = [];
  let size = 0;

  function takeLine(line: string): void {
    if (line === '') {
      if (data.length > 0) reader.event({ event: event || 'message', data: data.join('\n'), id });
      event = '';
      data = [];
      size = 0;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) reader.comment();
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') event = value;
    else if (field === 'id') id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) reader.retry(Number(value));
    else if (field === 'data') {
      size += value.length;
      data.push(value);
    }
  }

  return (slice) => {
    const text = afterReturn && slice[0] === '\n' ? slice.slice(1) : slice;
    if (slice !== '') afterReturn = slice.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    const unfinished = lines.pop() ?? '';
    for (const line of lines) {
      takeLine(rest + line);
      rest = '';
    }
    rest += unfinished;
    if (rest.length + size > longestEvent) throw new RangeError('an event of the stream is too large');
  };
}
