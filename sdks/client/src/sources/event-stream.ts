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
  /** Each line with its end. */
  let data = '';

  function takeLine(line: string): void {
    if (line === '') {
      if (data) reader.event({ event: event || 'message', data: data.slice(0, -1), id });
      event = data = '';
      return;
    }
    const [field = ''] = line.split(':', 1);
    const value = line.slice(field.length + 1).replace(/^ /, '');
    if (field === '') reader.comment();
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) reader.retry(Number(value));
    else if (field === 'data') data += `${value}\n`;
  }

  return (slice) => {
    const text = afterReturn ? slice.replace(/^\n/, '') : slice;
    if (slice !== '') afterReturn = slice.endsWith('\r');
    const lines = text.split(/\r\n?|\n/);
    const unfinished = lines.pop() ?? '';
    for (const line of lines) {
      takeLine(rest + line);
      rest = '';
    }
    rest += unfinished;
    if (rest.length + data.length > longestEvent) throw new RangeError('event too large');
  };
}
