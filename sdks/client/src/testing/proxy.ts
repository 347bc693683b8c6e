import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';

/** What stands between a client and the service. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** Answers cut because nothing passed for too long. */
  cuts: number;
}

type Passing = (answer: IncomingMessage, response: ServerResponse, proxy: Proxy) => void;

/** Keeps an answer back until it has ended, as proxies do that buffer; what never ends never comes. */
export const buffersAll: Passing = (answer, response) => {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  answer.on('end', () => response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(parts)));
};

/** Passes the head on and the body in pieces of so many bytes; a rest waits for more. */
export const buffersUpTo =
  (bytes: number): Passing =>
  (answer, response) => {
    let kept = Buffer.alloc(0);
    response.writeHead(answer.statusCode ?? 502, withoutLength(answer)).flushHeaders();
    answer.on('data', (part: Buffer) => {
      kept = Buffer.concat([kept, part]);
      const whole = kept.length - (kept.length % bytes);
      if (whole > 0) response.write(kept.subarray(0, whole));
      kept = kept.subarray(whole);
    });
    answer.on('end', () => response.end(kept));
  };

/** Passes every byte by itself. */
export const slices: Passing = (answer, response) => {
  response.writeHead(answer.statusCode ?? 502, withoutLength(answer));
  answer.on('data', (part: Buffer) => {
    for (const byte of part) response.write(Buffer.of(byte));
  });
  answer.on('end', () => response.end());
};

/** Says that whatever comes is text, as gateways do that know only some types. */
export const renamesTypes: Passing = (answer, response) => {
  const isKnown = answer.headers['content-type']?.startsWith('application/json') === true;
  const type = isKnown ? {} : { 'content-type': 'text/plain' };
  response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...type });
  answer.pipe(response);
};

/** Passes the first event of a stream on and keeps the rest: heartbeats never come. */
export const passesOnce: Passing = (answer, response) => passFirstEvent(answer, response, () => {});

/** Ends an event stream after its first event. */
export const endsStreams: Passing = (answer, response) => passFirstEvent(answer, response, () => response.end());

function passFirstEvent(answer: IncomingMessage, response: ServerResponse, then: () => void): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (!answer.headers['content-type']?.startsWith('text/event-stream')) {
    answer.pipe(response);
    return;
  }
  let hasPassed = false;
  answer.on('data', (part: Buffer) => {
    if (hasPassed) return;
    response.write(part);
    hasPassed = part.includes('data: ');
    if (hasPassed) then();
  });
}

/** Cuts what has been silent for so long; an answer that has not begun is silent too. */
export const cutsIdle =
  (clock: Clock, idleMs: number): Passing =>
  (answer, response, proxy) => {
    let stop = () => {};
    const watch = () => {
      stop();
      stop = clock.after(idleMs, () => {
        proxy.cuts += 1;
        response.destroy();
      });
    };
    watch();
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('data', (part: Buffer) => {
      response.write(part);
      watch();
    });
    answer.on('end', () => response.end());
    response.on('close', () => stop());
  };

/** A real proxy before the service at `target`. */
export async function startProxy(target: () => string, pass: Passing): Promise<Proxy> {
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const onward = ask(`${target()}${url}`, { agent: false, ...(method && { method }), headers }, (answer) => {
      answer.on('error', () => response.destroy());
      pass(answer, response, proxy);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: Proxy = { url, cuts: 0, [Symbol.asyncDispose]: stop };
  return proxy;
}

function withoutLength({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { 'content-length': _, ...rest } = headers;
  return rest;
}
