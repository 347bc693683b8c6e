import { type Case, withKey } from './cases.ts';
import type { Given } from './given.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
const one = (headers: Headers, body?: string) => (given: Given) => ({
  headers: { ...withKey(given), ...headers },
  ...(body !== undefined && { body }),
});
const typed = (type: string | undefined) => one({ 'content-type': type }, '{"context":{}}');
const all = (headers: Headers) => (given: Given) => ({
  path: '/ofrep/v1/evaluate/flags',
  headers: { ...withKey(given), ...headers },
  body: '{"context":{"targetingKey":"ann"}}',
});
const ruleset = (headers: Headers) => (given: Given) => ({
  method: 'GET',
  path: '/v1/ruleset',
  headers: { ...withKey(given), ...headers },
});
const unsupported = { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', sentence: 'application/json only' } as const;
const noRequest = (rest: string) => ({
  status: 400,
  code: 'BAD_INPUT',
  sentence: `this is no HTTP/1.1 request: ${rest} at byte N`,
});
const tooLarge = {
  status: 431,
  code: 'HEADERS_TOO_LARGE',
  sentence: 'the headers are too large: at most 16 KiB with the address, and fewer than 1,000 of them',
} as const;
const oneHost = { status: 400, code: 'BAD_INPUT', sentence: 'the request must have exactly one Host header' } as const;

/** What stands around it: list A, headers. */
export const headerCases: readonly Case[] = [
  { name: 'a header of 20 kB', ask: one({ 'x-long': 'x'.repeat(20_000) }), ...tooLarge },
  { name: 'a header of 200 kB', ask: one({ 'x-long': 'x'.repeat(200_000) }), ...tooLarge },
  {
    name: 'an address of 20 kB',
    ask: (given) => ({ path: `/v1/ruleset?${'x'.repeat(20_000)}`, method: 'GET', headers: withKey(given) }),
    ...tooLarge,
  },
  {
    name: '900 headers',
    ask: one(Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`x-${at}`, '1']))),
    status: 200,
  },
  {
    name: '5,000 headers',
    ask: one(Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`x-${at}`, '1']))),
    ...tooLarge,
  },
  { name: 'no Host', ask: one({ host: undefined }), ...oneHost },
  {
    name: 'two Hosts (Oathkeeper CVE-2026-33496: which one counts)',
    ask: one({ host: ['127.0.0.1', 'evil.example'] }),
    ...oneHost,
  },
  { name: "a stranger's Host", ask: one({ host: 'evil.example' }), status: 200 },
  {
    name: 'a control character in a value',
    ask: one({ 'x-odd': 'a\x01b' }),
    ...noRequest('Invalid header value char'),
  },
  { name: 'a NUL in a value', ask: one({ 'x-odd': 'a\0b' }), ...noRequest('Invalid header value char') },
  { name: 'a blank in a name', ask: one({ 'x odd': '1' }), ...noRequest('Invalid header token') },
  { name: 'a blank before the colon', ask: one({ 'x-odd ': '1' }), ...noRequest('Invalid header token') },
  { name: '__proto__ as a header', ask: one({ __proto__x: '1', constructor: 'x', 'to-string': '1' }), status: 200 },
  { name: 'Accept with a list', ask: all({ accept: 'text/html, application/xml;q=0.9, */*;q=0.1' }), status: 200 },
  { name: 'Accept of nonsense', ask: all({ accept: ';;;q=,/,' }), status: 200 },
  { name: 'If-None-Match of nonsense', ask: all({ 'if-none-match': 'W/"", "unclosed, ,,' }), status: 200 },
  { name: 'If-None-Match with 500 tags', ask: all({ 'if-none-match': '"x", '.repeat(500) }), status: 200 },
  { name: 'If-None-Match of everything', ask: all({ 'if-none-match': '*' }), status: 304, shows: { body: '' } },
  { name: 'If-None-Match at a door without tags', ask: one({ 'if-none-match': '*' }), status: 200 },
  { name: 'Prefer of nonsense', ask: ruleset({ prefer: 'wait=abc, wait=-1;;, respond-async' }), status: 200 },
  { name: 'Prefer to wait for ever without a tag', ask: ruleset({ prefer: 'wait=1e9' }), status: 200 },
  { name: 'Range', ask: ruleset({ range: 'bytes=0-10' }), status: 200 },
  {
    name: 'Accept-Encoding of nonsense',
    ask: ruleset({ 'accept-encoding': 'zip, *;q=0, ,identity;q=0' }),
    status: 200,
  },
  { name: 'Expect of nonsense', ask: one({ expect: 'the unexpected' }), status: 200 },
  {
    name: 'Upgrade to a web socket',
    ask: one({ upgrade: 'websocket', connection: 'upgrade, close', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }),
    status: 200,
  },
  { name: 'application/json with a charset', ask: typed('application/json; charset=utf-8'), status: 200 },
  { name: 'application/json in other letters', ask: typed('Application/JSON'), status: 200 },
  { name: 'no type for a body', ask: typed(undefined), ...unsupported },
  { name: 'an empty type', ask: typed(''), ...unsupported },
  { name: 'text/plain', ask: typed('text/plain'), ...unsupported },
  { name: 'text/json', ask: typed('text/json'), ...unsupported },
  { name: 'a form', ask: typed('application/x-www-form-urlencoded'), ...unsupported },
  { name: 'a form in parts', ask: typed('multipart/form-data; boundary=x'), ...unsupported },
  { name: 'a type that begins like JSON', ask: typed('application/jsonp'), ...unsupported },
  { name: 'two types', ask: one({ 'content-type': ['application/json', 'text/plain'] }, '{}'), ...unsupported },
  { name: 'a list of types', ask: typed('application/json, text/plain'), ...unsupported },
  { name: 'a type of nonsense', ask: typed(';;;'), ...unsupported },
];
