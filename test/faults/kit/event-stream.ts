import { type ClientRequest, request } from 'node:http';

/** One event as it came over the wire. */
export interface WireEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

export interface StreamAsked {
  readonly port: number;
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StreamHandlers {
  /** The server took it. */
  open?(): void;
  event(event: WireEvent): void;
  retry?(ms: number): void;
  /** Every byte, comments too. */
  alive?(): void;
  /** Once, however it ended; `status` is 0 when there was no answer. */
  end(status: number, retryAfter: string | undefined): void;
}

/** Opens a stream and reads it until it ends; answers how to leave it. */
export function openStream(asked: StreamAsked, handlers: StreamHandlers): () => void {
  const { port, path, method = 'GET', key, body, headers = {} } = asked;
  let ended = false;
  const end = (status: number, retryAfter?: string) => {
    if (!ended) handlers.end(status, retryAfter);
    ended = true;
  };
  const sent: ClientRequest = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    headers: {
      accept: 'text/event-stream',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    },
  });
  sent.once('error', () => end(0));
  sent.once('response', (response) => {
    const { statusCode = 0 } = response;
    if (statusCode === 200) handlers.open?.();
    const read = reader(handlers);
    response.setEncoding('utf8').on('data', (text: string) => {
      handlers.alive?.();
      if (statusCode === 200) read(text);
    });
    response.once('error', () => end(statusCode));
    response.once('close', () => end(statusCode, response.headers['retry-after']));
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return () => {
    ended = true;
    sent.destroy();
  };
}

/** Events end with an empty line; ours have one line of data each. */
function reader(handlers: StreamHandlers): (text: string) => void {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) take(block, handlers);
  };
}

function take(block: string, handlers: StreamHandlers): void {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
  }
  const { id = '', event = 'message', data, retry } = fields;
  if (retry !== undefined) handlers.retry?.(Number(retry));
  if (data !== undefined) handlers.event({ id, event, data });
}
