import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from './config.ts';
import { BurgeeError, catalogue } from './errors.ts';

/**
 * How Node reads from the wire: doubled headers are joined, so that a second credential shows; `Host` is asked for by
 * {@link assertOneHost}, which says what is wrong.
 */
export function wireOptions({ requestTimeoutMs }: Config) {
  return {
    maxHeaderSize: 16 * 1024,
    headersTimeout: Math.min(10_000, requestTimeoutMs),
    connectionsCheckingInterval: 500,
    joinDuplicateHeaders: true,
    requireHostHeader: false,
  };
}

/** @throws BAD_INPUT when a request names no host, or two: a proxy before us could have meant the other one */
export function assertOneHost({ headers, httpVersion }: IncomingMessage): void {
  const { host } = headers;
  if (host === undefined ? httpVersion === '1.0' : !host.includes(',')) return;
  throw new BurgeeError('BAD_INPUT', 'the request must have exactly one Host header');
}

/** What Node tells about bytes that are no request. */
interface WireFault extends Error {
  readonly code?: string;
  readonly reason?: string;
  readonly bytesParsed?: number;
  readonly rawPacket?: Buffer;
}

/** Node's own mark for the answer that is being written to a socket. */
type HttpSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

const answered = new WeakSet<Socket>();

/** Answers what never becomes a request, with code and sentence like everything else. */
export function answerWireFault(fault: Error, socket: Socket): void {
  if ((fault as WireFault).code === 'ECONNRESET' || socket.destroyed || answered.has(socket)) return;
  answered.add(socket);
  const error = wireError(fault);
  const current = (socket as HttpSocket)._httpMessage;
  // bytes behind a whole request must not take the place of its answer
  if (current?.req.complete && !current.headersSent) current.once('close', () => refuse(socket, error));
  else if (current?.headersSent) socket.destroy();
  else refuse(socket, error);
}

/** Takes over what Node would end without a word: tunnels, and expectations that nobody knows. */
export function listenToWire(server: Server): void {
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    refuse(socket, new BurgeeError('METHOD_NOT_ALLOWED', 'CONNECT is not served: this is no proxy'));
  });
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
}

function wireError(fault: WireFault): BurgeeError {
  const { code = '', reason, bytesParsed, rawPacket, message } = fault;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new BurgeeError('REQUEST_TIMEOUT', 'the request did not arrive in time');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new BurgeeError(
      'HEADERS_TOO_LARGE',
      'the headers are too large: at most 16 KiB with the address, and fewer than 1,000 of them',
    );
  }
  if (rawPacket?.[0] === 0x16) {
    return new BurgeeError('BAD_INPUT', 'this port speaks HTTP and not TLS', {
      fix: 'Use http:// here; https:// belongs to the proxy in front.',
    });
  }
  if (rawPacket?.subarray(0, 4).equals(http2Preface)) {
    return new BurgeeError('BAD_INPUT', 'this port speaks HTTP/1.1 and not HTTP/2', {
      fix: 'Let the proxy in front speak HTTP/2.',
    });
  }
  const place = bytesParsed === undefined ? '' : ` at byte ${bytesParsed}`;
  return new BurgeeError(
    'BAD_INPUT',
    `this is no HTTP/1.1 request: ${reason ?? message.replace(/^Parse Error: /, '')}${place}`,
  );
}

const http2Preface = Buffer.from('PRI ');

/** Which door was meant is not known, so the answer has the words of OFREP and those of all others. */
function refuse(socket: Socket, { code, status, message, fix }: BurgeeError): void {
  // Node lets go of a tunnel's socket, whose reset would end the process
  socket.on('error', () => socket.destroy());
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({
    code,
    message,
    fix,
    errorCode: code === 'BAD_INPUT' ? 'GENERAL' : code,
    errorDetails: message,
  });
  const allow = code === 'METHOD_NOT_ALLOWED' ? 'Allow: GET, POST\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Bad Request'}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n${allow}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  linger(socket);
}

const statusTexts: Readonly<Record<number, string>> = {
  [catalogue.METHOD_NOT_ALLOWED.status]: 'Method Not Allowed',
  [catalogue.REQUEST_TIMEOUT.status]: 'Request Timeout',
  [catalogue.HEADERS_TOO_LARGE.status]: 'Request Header Fields Too Large',
};

/** A socket that is closed with unread bytes takes the answer with it: read on for a moment. */
function linger(socket: Socket): void {
  socket.resume();
  const end = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(end));
}

const lingerMs = 1000;
