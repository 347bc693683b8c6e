import type { Case } from './cases.ts';
import type { Given } from './given.ts';

const path = '/ofrep/v1/evaluate/flags/checkout';
type Lines = readonly string[];
/** Lines as they go over the wire, each ended as HTTP wants it. */
const raw =
  (lines: (given: Given) => Lines, rest = '') =>
  (given: Given) =>
    Buffer.from(`${lines(given).join('\r\n')}\r\n\r\n${rest}`, 'latin1');
const key = ({ keys }: Given) => `Authorization: Bearer ${keys.server}`;
const post = (given: Given, ...lines: Lines) => [
  `POST ${path} HTTP/1.1`,
  'Host: x',
  key(given),
  'Content-Type: application/json',
  ...lines,
];
const noRequest = (rest: string) => ({
  status: 400,
  code: 'BAD_INPUT',
  sentence: `this is no HTTP/1.1 request: ${rest} at byte N`,
});
const late = { status: 408, code: 'REQUEST_TIMEOUT', sentence: 'the request did not arrive in time' } as const;
const smuggled = `GET /v1/ruleset HTTP/1.1\r\nHost: x\r\n\r\n`;

/** Byte by byte: list A, wire level. */
export const wireCases: readonly Case[] = [
  {
    name: 'a length and chunks (smuggling CL.TE)',
    ask: raw((g) => post(g, 'Content-Length: 6', 'Transfer-Encoding: chunked'), `0\r\n\r\n${smuggled}`),
    ...noRequest("Transfer-Encoding can't be present with Content-Length"),
  },
  {
    name: 'chunks and a length (smuggling TE.CL)',
    ask: raw((g) => post(g, 'Transfer-Encoding: chunked', 'Content-Length: 4'), `0\r\n\r\n${smuggled}`),
    ...noRequest("Content-Length can't be present with Transfer-Encoding"),
  },
  {
    name: 'two transfer encodings (smuggling TE.TE)',
    ask: raw((g) => post(g, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'), `0\r\n\r\n${smuggled}`),
    ...noRequest('Invalid `Transfer-Encoding` header value'),
  },
  {
    name: 'a transfer encoding of odd spelling (smuggling TE.TE)',
    ask: raw((g) => post(g, 'Transfer-Encoding: xchunked'), `0\r\n\r\n${smuggled}`),
    ...noRequest('Request has invalid `Transfer-Encoding`'),
  },
  {
    name: 'a chunk with a bad size',
    ask: raw((g) => post(g, 'Transfer-Encoding: chunked'), 'zz\r\n{}\r\n0\r\n\r\n'),
    ...noRequest('Invalid character in chunk size'),
  },
  {
    name: 'a chunk of more bytes than there are numbers',
    ask: raw((g) => post(g, 'Transfer-Encoding: chunked'), 'fffffffffffffffff\r\n'),
    ...noRequest('Chunk size overflow'),
  },
  {
    name: 'bare line feeds',
    ask: (g) => Buffer.from(`GET /v1/ruleset HTTP/1.1\nHost: x\n${key(g)}\n\n`),
    ...noRequest('Expected CRLF after version'),
  },
  {
    name: 'a bare line feed between two headers',
    ask: (g) => Buffer.from(`GET /v1/ruleset HTTP/1.1\r\nHost: x\n${key(g)}\r\n\r\n`),
    ...noRequest('Missing expected CR after header value'),
  },
  {
    name: 'a folded header',
    ask: raw((g) => [`GET /v1/ruleset HTTP/1.1`, 'Host: x', 'X-Folded: a', ' b', key(g)]),
    ...noRequest('Unexpected whitespace after header value'),
  },
  {
    name: 'a lower-case method',
    ask: raw((g) => [`get /v1/ruleset HTTP/1.1`, 'Host: x', key(g)]),
    ...noRequest('Invalid method encountered'),
  },
  {
    name: 'a method of nonsense',
    ask: raw((g) => [`BURGEE /v1/ruleset HTTP/1.1`, 'Host: x', key(g)]),
    ...noRequest('Invalid method encountered'),
  },
  {
    name: 'an HTTP version of nonsense',
    ask: raw((g) => ['GET /v1/ruleset HTTP/9.7', 'Host: x', key(g)]),
    ...noRequest('Invalid HTTP version'),
  },
  {
    name: 'HTTP/0.9',
    ask: () => Buffer.from('GET /v1/ruleset\r\n\r\n'),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'the request must have exactly one Host header',
  },
  { name: 'HTTP/1.0', ask: raw((g) => ['GET /v1/ruleset HTTP/1.0', key(g)]), status: 200 },
  {
    name: 'the preface of HTTP/2',
    ask: () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'this port speaks HTTP/1.1 and not HTTP/2',
  },
  {
    name: 'the hello of TLS',
    ask: () => Buffer.from('16030100c8010000c40303', 'hex'),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'this port speaks HTTP and not TLS',
  },
  {
    name: 'a greeting of SSH',
    ask: () => Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
    ...noRequest('Invalid method encountered'),
  },
  {
    name: 'bytes without sense',
    ask: () => Buffer.from([...Array(256).keys()].reverse()),
    ...noRequest('Invalid method encountered'),
  },
  {
    name: 'CONNECT',
    ask: () => Buffer.from('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n'),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'CONNECT is not served: this is no proxy',
  },
  { name: 'half a request line', ask: () => Buffer.from('POST /ofrep'), ...late },
  {
    name: 'headers that never end',
    ask: (g) => Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\n${key(g)}\r\n`),
    ...late,
  },
  { name: 'a body that never comes', ask: raw((g) => post(g, 'Content-Length: 20')), ...late },
  { name: 'a body that stops', ask: raw((g) => post(g, 'Content-Length: 20'), '{"conte'), ...late },
  { name: 'chunks that never end', ask: raw((g) => post(g, 'Transfer-Encoding: chunked'), '2\r\n{}\r\n'), ...late },
  {
    name: '10 MB in chunks (flagd CVE-2026-31866: a body without a length has a limit too)',
    ask: raw(
      (g) => post(g, 'Connection: close', 'Transfer-Encoding: chunked'),
      `${`2000\r\n${' '.repeat(8192)}\r\n`.repeat(1280)}0\r\n\r\n`,
    ),
    status: 413,
    code: 'BODY_TOO_LARGE',
    sentence: 'the body is larger than 64 KiB',
  },
  {
    name: '10 MB with a length',
    ask: raw((g) => post(g, 'Connection: close', 'Content-Length: 10485760'), ' '.repeat(10_485_760)),
    status: 413,
    code: 'BODY_TOO_LARGE',
    sentence: 'the body is larger than 64 KiB',
  },
  {
    name: '100,000 chunks of one byte',
    ask: raw(
      (g) => post(g, 'Connection: close', 'Transfer-Encoding: chunked'),
      `${'1\r\n \r\n'.repeat(100_000)}0\r\n\r\n`,
    ),
    status: 413,
    code: 'BODY_TOO_LARGE',
    sentence: 'the body is larger than 64 KiB',
  },
];
