import type { Case } from '../cases.ts';
import { forbidden, foreign, query, shown } from './sending.ts';

const member = (kind: string) => ({
  status: 200,
  code: 'FORBIDDEN',
  sentence: `This door opens to a member, not to a ${kind} key.`,
});

/** List B: who asks, and from where. */
export const doorCases: readonly Case[] = [
  {
    name: 'no credential',
    ask: query('{ me { id } }', { as: 'nobody' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'send a key as Authorization: Bearer',
  },
  {
    name: 'a client key where members manage',
    ask: query('{ projects { key } }', { as: 'client' }),
    ...member('client'),
  },
  {
    name: 'a server key where members manage',
    ask: query('mutation { createProject(input: { key: "x", name: "x" }) { key } }', { as: 'server' }),
    ...member('server'),
  },
  {
    name: 'a form (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'application/json only',
  },
  {
    name: 'text/plain (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'content-type': 'text/plain' } }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'application/json only',
  },
  {
    name: 'a form in parts (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'application/json only',
  },
  {
    name: 'a cookie without our header (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie' }),
    ...forbidden,
    sentence: 'A request with a session cookie must come from the admin page.',
  },
  {
    name: 'a cookie with our header',
    ask: query('{ me { name } }', { as: 'cookie', headers: { 'x-burgee-csrf': '1' } }),
    status: 200,
  },
  {
    name: 'a cookie and a foreign origin (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'x-burgee-csrf': '1', origin: 'https://evil.example' } }),
    ...forbidden,
    sentence: 'A request with a session cookie must come from the admin page.',
  },
  {
    name: 'a foreign origin',
    ask: query('{ me { id } }', { headers: { origin: 'https://evil.example' } }),
    ...foreign,
  },
  { name: 'the origin null', ask: query('{ me { id } }', { headers: { origin: 'null' } }), ...foreign },
  {
    name: 'an origin that begins like ours',
    ask: query('{ me { id } }', { headers: { origin: 'http://127.0.0.1.evil.example' } }),
    ...foreign,
  },
  {
    name: 'a preflight (CORS)',
    ask: () => ({
      method: 'OPTIONS',
      path: '/graphql',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'use POST here, not OPTIONS',
  },
  {
    name: 'a query in the address',
    ask: (given) => ({ method: 'GET', path: '/graphql?query=%7Bme%7Bid%7D%7D', headers: shown(given, 'viewer') }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'use POST here, not GET',
  },
  {
    name: 'a page at the door',
    ask: (given) => ({ method: 'GET', path: '/graphql', headers: { ...shown(given, 'viewer'), accept: 'text/html' } }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'use POST here, not GET',
  },
  ...['/graphiql', '/playground', '/altair', '/graphql/playground', '/graphql/schema.graphql'].map(
    (path): Case => ({
      name: `a page for trying out at ${path}`,
      ask: (given) => ({ method: 'GET', path, headers: { ...shown(given, 'viewer'), accept: 'text/html' } }),
      status: 404,
      code: 'NOT_FOUND',
      sentence: 'there is nothing at this address',
    }),
  ),
];
