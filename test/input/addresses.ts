import { type Case, withKey } from './cases.ts';
import type { Given } from './given.ts';

const flag = (path: string) => (given: Given) => ({
  path: `/ofrep/v1/evaluate/flags/${path}`,
  headers: withKey(given),
});
const at =
  (path: string, method = 'GET') =>
  (given: Given) => ({ path, method, headers: withKey(given) });
const noFlag = (key: string) => ({
  status: 404,
  code: 'FLAG_NOT_FOUND',
  sentence: `no flag ${key} in environment test`,
});
const nothing = { status: 404, code: 'NOT_FOUND', sentence: 'there is nothing at this address' } as const;
const unreadable = {
  status: 400,
  code: 'BAD_INPUT',
  sentence: 'the address holds a percent sign that starts no byte of UTF-8',
} as const;
const tooLong = {
  status: 400,
  code: 'BAD_INPUT',
  sentence: 'a part of the address is longer than 512 characters',
} as const;
const wrongMethod = (method: string, right = 'POST') => ({
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  sentence: `use ${right} here, not ${method}`,
  shows: { headers: { allow: right } },
});

/** Where it is sent: list A, flag paths. */
export const pathCases: readonly Case[] = [
  { name: 'a flag that is not there', ask: flag('nope'), ...noFlag('nope') },
  { name: 'an encoded slash', ask: flag('check%2Fout'), ...noFlag('check/out') },
  { name: 'a NUL', ask: flag('checkout%00'), ...noFlag('checkout\0') },
  { name: 'two points (Oathkeeper CVE-2026-33494: a path out of its folder)', ask: flag('..'), ...noFlag('..') },
  { name: 'two encoded points', ask: flag('%2e%2e'), ...noFlag('..') },
  { name: 'points and an encoded slash', ask: flag('..%2f..%2f..%2fetc%2fpasswd'), ...noFlag('../../../etc/passwd') },
  { name: 'a flag encoded once', ask: flag('%63heckout'), status: 200 },
  { name: 'a flag encoded twice', ask: flag('%2563heckout'), ...noFlag('%63heckout') },
  { name: 'a slash encoded twice', ask: flag('a%252Fb'), ...noFlag('a%2Fb') },
  { name: '512 characters', ask: flag('k'.repeat(512)), ...noFlag('k'.repeat(512)) },
  { name: '513 characters', ask: flag('k'.repeat(513)), ...tooLong },
  { name: '513 encoded characters', ask: flag('%6B'.repeat(513)), ...tooLong },
  { name: 'a slash at the end', ask: flag('checkout/'), ...nothing, code: 'FLAG_NOT_FOUND' },
  { name: 'an empty key', ask: flag(''), ...nothing, code: 'FLAG_NOT_FOUND' },
  { name: 'an emoji', ask: flag('%F0%9F%9A%A9'), ...noFlag('🚩') },
  {
    name: 'raw bytes of UTF-8',
    ask: flag(Buffer.from('é').toString('latin1')),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'this is no HTTP/1.1 request: Invalid char in url path at byte N',
  },
  { name: 'percent and no digits', ask: flag('%zz'), ...unreadable },
  { name: 'percent at the end', ask: flag('a%'), ...unreadable },
  { name: 'percent and no UTF-8', ask: flag('%ff'), ...unreadable },
  { name: 'percent and an overlong slash', ask: flag('%c0%af'), ...unreadable },
  { name: 'upper case', ask: flag('Checkout'), ...noFlag('Checkout') },
  { name: 'a semicolon', ask: flag('checkout;x=1'), ...noFlag('checkout;x=1') },
  { name: '__proto__', ask: flag('__proto__'), ...noFlag('__proto__') },
  { name: 'constructor', ask: flag('constructor'), ...noFlag('constructor') },
  { name: 'markup', ask: flag('%3Cscript%3Ealert(1)%3C%2Fscript%3E'), ...noFlag('<script>alert(1)</script>') },
  { name: 'a line feed', ask: flag('a%0d%0aSet-Cookie:x=1'), ...noFlag('a\r\nSet-Cookie:x=1') },
  { name: 'a fragment', ask: flag('checkout#nope'), status: 200 },
  { name: 'a query', ask: flag('checkout?key=nope'), status: 200 },
  {
    name: 'a fragment at the door of GraphQL',
    ask: () => ({ path: '/graphql#x', body: '{' }),
    status: 400,
    code: 'PARSE_ERROR',
    sentence: 'body is not JSON: unexpected end at byte 1',
  },
  { name: 'a path in upper case (NestJS CVE-2025-69211)', ask: at('/V1/ruleset'), ...nothing },
  { name: 'a doubled slash (Fastify CVE-2026-33808)', ask: at('/v1//ruleset'), ...nothing },
  { name: 'a doubled slash at the start (Fastify CVE-2026-22031)', ask: at('//v1/ruleset'), ...nothing },
  {
    name: 'points on the way (OpenFlagr GHSA-rwp9-5g7q-73q3: an open prefix before a shut path)',
    ask: at('/livez/../v1/ruleset'),
    ...nothing,
  },
  {
    name: 'encoded points on the way (OpenFlagr GHSA-rwp9-5g7q-73q3)',
    ask: at('/livez/%2e%2e/v1/ruleset'),
    ...nothing,
  },
  {
    name: 'an encoded letter without a key (NestJS CVE-2025-69211: encoding goes round the guard)',
    ask: () => ({ method: 'GET', path: '/v1/%72uleset' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'send a key as Authorization: Bearer',
  },
  {
    name: 'an encoded letter at another door without a key (Fastify CVE-2026-22037)',
    ask: () => ({ path: '/ofrep/v1/evaluate/%66lags' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'send a key as Authorization: Bearer',
  },
  { name: 'a whole address, as proxies are asked', ask: at('http://127.0.0.1/v1/ruleset'), status: 200 },
  { name: 'a whole address of somebody else', ask: at('http://evil.example/v1/rulesets'), ...nothing },
  {
    name: 'a whole address without a key (Fastify CVE-2026-14198: another spelling of the path)',
    ask: () => ({ path: 'http://127.0.0.1/ofrep/v1/evaluate/flags/checkout' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'send a key as Authorization: Bearer',
  },
  { name: 'a backslash', ask: at('/v1\\ruleset'), ...nothing },
  { name: 'a file of ours', ask: at('/../../package.json'), ...nothing },
  { name: '.git', ask: at('/.git/config'), ...nothing },
];

const methods = ['GET', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY', 'PROPFIND', 'SEARCH', 'PURGE'] as const;

/** How it is asked: list A, methods. */
export const methodCases: readonly Case[] = [
  ...methods.map(
    (method): Case => ({
      name: `${method} for a decision`,
      ask: (given) => ({ method, headers: withKey(given) }),
      ...wrongMethod(method),
    }),
  ),
  {
    name: 'HEAD for a ruleset (NestJS HEAD bypass: a method that no guard knows)',
    ask: () => ({ method: 'HEAD', path: '/v1/ruleset' }),
    status: 405,
    shows: { headers: { allow: 'GET' }, body: '' },
  },
  { name: 'POST for a ruleset', ask: at('/v1/ruleset', 'POST'), ...wrongMethod('POST', 'GET') },
  { name: 'GET for GraphQL', ask: at('/graphql?query={me{id}}'), ...wrongMethod('GET') },
  {
    name: 'OPTIONS at a door for browsers',
    ask: () => ({ method: 'OPTIONS' }),
    status: 204,
    shows: { headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST' } },
  },
  { name: 'OPTIONS at a door for servers', ask: at('/v1/ruleset', 'OPTIONS'), ...wrongMethod('OPTIONS', 'GET') },
  { name: 'OPTIONS of everything', ask: at('*', 'OPTIONS'), ...nothing },
  {
    name: 'another method in a header',
    ask: (given) => ({
      method: 'GET',
      path: '/v1/ruleset',
      headers: { ...withKey(given), 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
    }),
    status: 200,
  },
  {
    name: 'the right method in a header',
    ask: (given) => ({ method: 'GET', headers: { ...withKey(given), 'x-http-method-override': 'POST' } }),
    ...wrongMethod('GET'),
  },
];
