import { gzipSync } from 'node:zlib';
import { type Case, withKey } from './cases.ts';
import type { Given } from './given.ts';

const fault = { status: 400, code: 'PARSE_ERROR' } as const;
const invalid = { status: 400, code: 'INVALID_CONTEXT' } as const;
type Body = string | Buffer;
const of =
  (body: Body, headers = {}) =>
  (given: Given) => ({ headers: { ...withKey(given), ...headers }, body });
const context = (inner: string) => of(`{"context":${inner}}`);
/** A body of exactly so many bytes. */
const sized = (bytes: number) => `{"context":{"a":"${'x'.repeat(bytes - 20)}"}}`;
const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
const notJson = (rest: string) => ({ ...fault, sentence: `body is not JSON: ${rest}` });
const targetingKey = { ...invalid, sentence: 'context.targetingKey must be a string of at most 1,024 bytes' };
const noObject = { ...invalid, sentence: 'context must be an object' };
const noBody = { ...invalid, sentence: 'body must be an object with a context' };

/** What is sent: list A, bodies. */
export const bodyCases: readonly Case[] = [
  { name: 'text', ask: of('hello'), ...notJson('unexpected character at byte 0') },
  { name: 'truncated JSON', ask: of('{"context":{"targetingKey":"ann'), ...notJson('unexpected end at byte 31') },
  {
    name: 'a fault behind letters of two bytes',
    ask: of('{"café":"é",}'),
    ...notJson('unexpected character at byte 14'),
  },
  { name: 'a byte order mark', ask: of('\uFEFF{"context":{}}'), ...notJson('a byte order mark at byte 0') },
  { name: 'NaN', ask: of('{"context":{"n":NaN}}'), ...notJson('unexpected character at byte 16') },
  { name: 'Infinity', ask: of('{"context":{"n":-Infinity}}'), ...notJson('unexpected character at byte 17') },
  { name: 'single quotes', ask: of("{'context':{}}"), ...notJson('unexpected character at byte 1') },
  { name: 'a comma at the end', ask: of('{"context":{},}'), ...notJson('unexpected character at byte 14') },
  { name: 'a comment', ask: of('{"context":{}/* all */}'), ...notJson('unexpected character at byte 13') },
  { name: 'two documents', ask: of('{"context":{}} {}'), ...notJson('unexpected character at byte 15') },
  {
    name: 'a raw line feed in a text',
    ask: of('{"context":{"a":"\n"}}'),
    ...notJson('unexpected character at byte 17'),
  },
  { name: 'a NUL behind the end', ask: of('{"context":{}}\0'), ...notJson('unexpected character at byte 14') },
  {
    name: 'UTF-16 without a mark',
    ask: of(Buffer.from('{"context":{}}', 'utf16le')),
    ...notJson('unexpected character at byte 1'),
  },
  {
    name: 'UTF-16 with a mark',
    ask: of(Buffer.from('\uFEFF{}', 'utf16le')),
    ...notJson('it is not UTF-8 from byte 0 on'),
  },
  {
    name: 'invalid UTF-8',
    ask: of(Buffer.from('{"context":{"targetingKey":"J\xf6rg"}}', 'latin1')),
    ...notJson('it is not UTF-8 from byte 29 on'),
  },
  {
    name: 'an overlong slash in UTF-8',
    ask: of(Buffer.from('{"context":{"a":"\xc0\xaf"}}', 'latin1')),
    ...notJson('it is not UTF-8 from byte 17 on'),
  },
  {
    name: 'half a surrogate pair in UTF-8',
    ask: of(Buffer.from('{"context":{"a":"\xed\xa0\x80"}}', 'latin1')),
    ...notJson('it is not UTF-8 from byte 17 on'),
  },
  {
    name: 'a key twice: the last counts',
    ask: of('{"context":{"targetingKey":1},"context":{"targetingKey":"ann"}}'),
    status: 200,
  },
  { name: 'a key twice, the last bad', ask: of('{"context":{},"context":1}'), ...noObject },
  {
    name: '__proto__ in the context',
    ask: context('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    status: 200,
  },
  { name: '__proto__ as the body', ask: of('{"__proto__":{"context":1}}'), status: 200 },
  { name: 'an empty body', ask: of(''), status: 200 },
  { name: 'blanks for a body', ask: of(' \r\n\t'), status: 200 },
  { name: 'no body and no length', ask: (given) => ({ headers: withKey(given) }), status: 200 },
  { name: '64 KiB', ask: of(sized(65_536)), status: 200 },
  {
    name: '64 KiB and one more (flagd CVE-2026-31866: a body has a limit)',
    ask: of(sized(65_537)),
    status: 413,
    code: 'BODY_TOO_LARGE',
    sentence: 'the body is larger than 64 KiB',
  },
  {
    name: 'a length of 10 GB',
    ask: of('{}', { 'content-length': '10000000000' }),
    status: 413,
    code: 'BODY_TOO_LARGE',
    sentence: 'the body is larger than 64 KiB',
  },
  {
    name: 'a length that says less',
    ask: of('{"context":{}}', { 'content-length': '13' }),
    ...notJson('unexpected end at byte 13'),
  },
  {
    name: 'a length that says more',
    ask: of('{"context":{}}', { 'content-length': '15' }),
    status: 408,
    code: 'REQUEST_TIMEOUT',
    sentence: 'the request did not arrive in time',
  },
  {
    name: 'a negative length',
    ask: of('{}', { 'content-length': '-2' }),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'this is no HTTP/1.1 request: Invalid character in Content-Length at byte N',
  },
  {
    name: 'two lengths',
    ask: of('{}', { 'content-length': ['2', '3'] }),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'this is no HTTP/1.1 request: Duplicate Content-Length at byte N',
  },
  {
    name: 'a body packed with gzip',
    ask: of(gzipSync('{"context":{}}'), { 'content-encoding': 'gzip' }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'the body must not be compressed: send it without Content-Encoding',
  },
  {
    name: 'a packed body that does not say so',
    ask: of(gzipSync('{"context":{}}')),
    ...notJson('it is not UTF-8 from byte 1 on'),
  },
  { name: '32 levels', ask: context(nested(32)), status: 200 },
  {
    name: '33 levels (Vault CVE-2025-6203: deep JSON)',
    ask: context(nested(33)),
    ...invalid,
    sentence: 'context is too deep: at most 32 levels',
  },
  { name: '30,000 open lists', ask: of('['.repeat(30_000)), ...notJson('unexpected end at byte 30000') },
  {
    name: 'lists 10,000 deep in the context',
    ask: context(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    ...invalid,
    sentence: 'context is too deep: at most 32 levels',
  },
  {
    name: '1,000 keys',
    ask: context(JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`k${at}`, 1])))),
    status: 200,
  },
  {
    name: '1,001 keys',
    ask: context(JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`k${at}`, 1])))),
    ...invalid,
    sentence: 'context is too large: at most 1,000 keys and list entries',
  },
  {
    name: 'a list of 1,001 in the context',
    ask: context(`{"a":[${'0,'.repeat(1000)}0]}`),
    ...invalid,
    sentence: 'context is too large: at most 1,000 keys and list entries',
  },
  { name: 'null as body', ask: of('null'), ...noBody },
  { name: 'a list as body', ask: of('[{"context":{}}]'), ...noBody },
  { name: 'a text as body', ask: of('"context"'), ...noBody },
  { name: 'a number as body', ask: of('0'), ...noBody },
  { name: 'null as context', ask: context('null'), ...noObject },
  { name: 'a list as context', ask: context('[]'), ...noObject },
  { name: 'a text as context', ask: context('"ann"'), ...noObject },
  { name: 'a number as context', ask: context('1'), ...noObject },
  { name: 'a boolean as context', ask: context('true'), ...noObject },
  { name: 'a number as targetingKey', ask: context('{"targetingKey":1}'), ...targetingKey },
  { name: 'null as targetingKey', ask: context('{"targetingKey":null}'), ...targetingKey },
  { name: 'a boolean as targetingKey', ask: context('{"targetingKey":false}'), ...targetingKey },
  { name: 'a list as targetingKey', ask: context('{"targetingKey":["ann"]}'), ...targetingKey },
  { name: 'an object as targetingKey', ask: context('{"targetingKey":{"toString":1}}'), ...targetingKey },
  { name: 'a targetingKey of 1,024 bytes', ask: context(`{"targetingKey":"${'é'.repeat(512)}"}`), status: 200 },
  { name: 'a targetingKey of 1,025 bytes', ask: context(`{"targetingKey":"${'é'.repeat(512)}x"}`), ...targetingKey },
  { name: 'a targetingKey of half a surrogate pair', ask: context('{"targetingKey":"\\ud83d"}'), status: 200 },
  { name: 'an empty targetingKey', ask: context('{"targetingKey":""}'), status: 200 },
  {
    name: 'a number beyond all numbers (Oathkeeper CVE-2026-33496: two contexts with one cache key)',
    ask: context('{"n":1e400}'),
    ...invalid,
    sentence: 'a number of the context is too large: at most 1.8e308',
  },
  {
    name: 'a number far below all numbers, deep inside',
    ask: context('{"a":{"b":[-1e999]}}'),
    ...invalid,
    sentence: 'a number of the context is too large: at most 1.8e308',
  },
  { name: 'a number too small to be told from nought', ask: context('{"n":1e-400}'), status: 200 },
  { name: 'a number of 2,000 digits', ask: context(`{"n":0.${'1'.repeat(2000)}}`), status: 200 },
  {
    name: 'no targetingKey where a split needs one',
    ask: (given) => ({ path: '/ofrep/v1/evaluate/flags/half', headers: withKey(given), body: '{"context":{}}' }),
    status: 400,
    code: 'TARGETING_KEY_MISSING',
  },
];
