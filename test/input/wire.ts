import { once } from 'node:events';
import { connect } from 'node:net';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request to be written byte by byte; what is left out is as a good client writes it. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  /** Whole header lines; `undefined` leaves out the one that would be there. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string | Buffer;
}

/** Writes a request, with a length, a host and the wish to end after it. */
export function bytesOf({
  method = 'POST',
  path = '/ofrep/v1/evaluate/flags/checkout',
  headers = {},
  body,
}: Asked): Buffer {
  const content = body === undefined ? undefined : Buffer.from(body as string);
  const all: Asked['headers'] = {
    host: '127.0.0.1',
    connection: 'close',
    ...(content && { 'content-type': 'application/json', 'content-length': String(content.length) }),
    ...headers,
  };
  const lines = Object.entries(all ?? {}).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one) => `${name}: ${one}`),
  );
  const head = Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1');
  return content ? Buffer.concat([head, content]) : head;
}

/** How long silence may last before it counts as a hang. */
const hangMs = 20_000;

interface Until {
  /** Answers after which to go. */
  readonly enough?: number;
  /** Nothing more will be sent: what is no whole request by then never will be one. */
  readonly isHalf?: boolean;
}

/** Writes bytes to a fresh connection and gives every answer that comes until it ends. */
export function answersTo(port: number, bytes: Buffer, { enough, isHalf = false }: Until = {}): Promise<WireAnswer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let received = Buffer.alloc(0);
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    const finish = () => end(() => resolve(answersIn(received, true)));
    socket.setTimeout(hangMs, () => end(() => reject(new Error(`nothing came for ${hangMs} ms after: ${received}`))));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (enough !== undefined && answersIn(received).length >= enough) finish();
    });
    for (const event of ['end', 'close', 'error']) socket.once(event, finish);
    socket.write(bytes);
    if (isHalf) socket.end();
  });
}

/** Writes everything before it reads anything, as simple clients do; gives the first status. */
export async function statusAfterAll(port: number, bytes: Buffer): Promise<number | undefined> {
  const socket = connect({ port, host: '127.0.0.1' }).pause();
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.write(bytes, () => resolve());
    });
    const [chunk] = (await once(socket.resume(), 'data')) as [Buffer];
    return answersIn(chunk, true)[0]?.status;
  } finally {
    socket.destroy();
  }
}

/** Writes bytes and tears the connection down before any answer. */
export async function resetAfter(port: number, bytes: Buffer): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.write(bytes, () => resolve());
  });
  socket.resetAndDestroy();
}

/** The whole answers at the start of what was received. */
function answersIn(received: Buffer, hasEnded = false): WireAnswer[] {
  const answers: WireAnswer[] = [];
  for (let rest = received; rest.length > 0; ) {
    const head = rest.indexOf('\r\n\r\n');
    if (head < 0) return answers;
    const [first = '', ...lines] = rest.subarray(0, head).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    const after = rest.subarray(head + 4);
    const length =
      status === 204 || status === 304 || status < 200 ? 0 : Number(headers['content-length'] ?? after.length);
    if (after.length < length && !hasEnded) return answers; // a HEAD has a length and no body
    answers.push({ status, headers, body: after.subarray(0, length).toString() });
    rest = after.subarray(length);
  }
  return answers;
}
