import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The client's port: two requests over one connection share it. */
  clientPort: number;
}

export type Answer = (received: Received, response: ServerResponse) => void;

/** The outside world: a real HTTP server that says what a test tells it to. */
export interface WireServer extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  answer: Answer;
  /** Answers that are still open, oldest first. */
  readonly open: ServerResponse[];
}

export async function startWireServer(answer: Answer): Promise<WireServer> {
  const wire = { url: '', received: [] as Received[], answer, open: [] as ServerResponse[] };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers, socket } = request;
      const received = { method, path, headers, body, clientPort: socket.remotePort ?? 0 };
      wire.received.push(received);
      wire.open.push(response);
      response.on('close', () => wire.open.splice(wire.open.indexOf(response), 1));
      wire.answer(received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  wire.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return Object.assign(wire, { [Symbol.asyncDispose]: stop });
}

export function beginStream(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('retry: 1000\n\n: here\n\n');
  return response;
}

export function sendEvent(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\nid: 1\ndata: ${JSON.stringify(data)}\n\n`);
}

export function sendJson(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A stream that says this once and stays open; exposures are taken. */
export function streaming(event: string, data: unknown): Answer {
  return ({ path }, response) => {
    if (path === '/v1/exposures') response.writeHead(202).end();
    else sendEvent(beginStream(response), event, data);
  };
}
