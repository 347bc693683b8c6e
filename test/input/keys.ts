import type { Case } from './cases.ts';
import type { Given } from './given.ts';

const unknown = 'unknown, expired or revoked key; send a key as Authorization: Bearer';
const send = 'send a key as Authorization: Bearer';

type Headers = Readonly<Record<string, string | readonly string[]>>;
const by = (headers: (given: Given) => Headers) => (given: Given) => ({ headers: headers(given) });
const bearer = (kind: keyof Given['keys']) => by(({ keys }) => ({ authorization: `Bearer ${keys[kind]}` }));
const unauthorized = { status: 401, code: 'UNAUTHORIZED' } as const;

/** Who asks: list A, keys. */
export const keyCases: readonly Case[] = [
  {
    name: 'no key',
    ask: by(() => ({})),
    ...unauthorized,
    sentence: send,
    shows: { headers: { 'www-authenticate': 'Bearer' } },
  },
  { name: 'an unknown key', ask: bearer('unknown'), ...unauthorized, sentence: unknown },
  { name: 'a typing error, which the checksum finds', ask: bearer('typo'), ...unauthorized, sentence: unknown },
  { name: 'a revoked key', ask: bearer('revoked'), ...unauthorized, sentence: unknown },
  { name: 'an expired key', ask: bearer('expired'), ...unauthorized, sentence: unknown },
  {
    name: 'a key of another kind',
    ask: bearer('relay'),
    status: 403,
    code: 'FORBIDDEN',
    sentence: 'This door opens to a client key or a server key, not to a relay key.',
  },
  {
    name: 'a client key for rulesets (Vercel GHSA-892p-pqrr-hxqr: definitions are not told to browsers)',
    ask: ({ keys }) => ({ method: 'GET', path: '/v1/ruleset', headers: { authorization: `Bearer ${keys.client}` } }),
    status: 403,
    code: 'FORBIDDEN',
    sentence: 'This door opens to a server key or a relay key, not to a client key.',
  },
  {
    name: 'a flag that is hidden from a client key (Vercel GHSA-892p-pqrr-hxqr: names of flags are not told to browsers)',
    ask: ({ keys }) => ({
      path: '/ofrep/v1/evaluate/flags/canary%2Dflag%2D77ab',
      headers: { authorization: `Bearer ${keys.client}` },
    }),
    status: 404,
    code: 'FLAG_NOT_FOUND',
    sentence: 'no flag canary-flag-77ab in environment test',
  },
  {
    name: 'all flags with a client key (Vercel GHSA-892p-pqrr-hxqr: hidden ones and rules are left out)',
    ask: ({ keys }) => ({
      path: '/ofrep/v1/evaluate/flags',
      headers: { authorization: `Bearer ${keys.client}` },
      body: '{"context":{"targetingKey":"ann"}}',
    }),
    status: 200,
    shows: { headers: { 'access-control-allow-origin': '*' } },
  },
  {
    name: "another environment's key",
    ask: bearer('shop'),
    status: 404,
    code: 'FLAG_NOT_FOUND',
    sentence: 'no flag checkout in environment production',
  },
  {
    name: 'two credentials in two headers',
    ask: by(({ keys }) => ({ authorization: `Bearer ${keys.server}`, 'x-api-key': keys.server })),
    ...unauthorized,
    sentence: 'send exactly one credential, not two',
  },
  {
    name: 'two keys in two Authorization headers (Oathkeeper CVE-2026-33496: which one counts)',
    ask: by(({ keys }) => ({ authorization: [`Bearer ${keys.server}`, `Bearer ${keys.client}`] })),
    ...unauthorized,
    sentence: send,
  },
  {
    name: 'two keys in two X-API-Key headers',
    ask: by(({ keys }) => ({ 'x-api-key': [keys.server, keys.client] })),
    ...unauthorized,
    sentence: unknown,
  },
  {
    name: 'a key and a cookie',
    ask: by(({ keys }) => ({ authorization: `Bearer ${keys.server}`, cookie: 'burgee_session=bgs_0' })),
    ...unauthorized,
    sentence: 'send exactly one credential, not two',
  },
  {
    name: 'the scheme in lower case',
    ask: by(({ keys }) => ({ authorization: `bearer ${keys.server}` })),
    status: 200,
  },
  {
    name: 'the scheme in upper case',
    ask: by(({ keys }) => ({ authorization: `BEARER ${keys.server}` })),
    status: 200,
  },
  { name: 'a key in X-API-Key', ask: by(({ keys }) => ({ 'x-api-key': keys.client })), status: 200 },
  {
    name: 'a key in upper case',
    ask: by(({ keys }) => ({ authorization: `Bearer ${keys.server.toUpperCase()}` })),
    ...unauthorized,
    sentence: unknown,
  },
  {
    name: 'a tab behind the scheme',
    ask: by(({ keys }) => ({ authorization: `Bearer\t${keys.server}` })),
    ...unauthorized,
    sentence: send,
  },
  { name: 'no scheme', ask: by(({ keys }) => ({ authorization: keys.server })), ...unauthorized, sentence: send },
  {
    name: 'another scheme',
    ask: by(({ keys }) => ({ authorization: `Basic ${Buffer.from(keys.server).toString('base64')}` })),
    ...unauthorized,
    sentence: send,
  },
  { name: 'a scheme without a key', ask: by(() => ({ authorization: 'Bearer ' })), ...unauthorized, sentence: send },
  {
    name: 'a key in quotes',
    ask: by(({ keys }) => ({ authorization: `Bearer "${keys.server}"` })),
    ...unauthorized,
    sentence: unknown,
  },
  {
    name: 'a key of 10 kB',
    ask: by(() => ({ authorization: `Bearer bgy_server_test_${'k'.repeat(10_000)}` })),
    ...unauthorized,
    sentence: unknown,
  },
  {
    name: 'a key that is not ASCII',
    ask: by(() => ({ authorization: 'Bearer bgy_server_tést_ÿÿÿÿ' })),
    ...unauthorized,
    sentence: unknown,
  },
  {
    name: 'a key with SQL',
    ask: by(() => ({ 'x-api-key': "bgy_server_test_' or 1=1 --" })),
    ...unauthorized,
    sentence: unknown,
  },
  {
    name: 'a key of another system',
    ask: by(() => ({ authorization: 'Bearer default:development.unleash-insecure-api-token' })),
    status: 401,
    code: 'INVALID_TOKEN',
    sentence: 'the token is not good, or no longer',
  },
  {
    name: 'a member of the project at the door of applications',
    ask: by(({ tokens }) => ({ authorization: `Bearer ${tokens.admin}` })),
    status: 403,
    code: 'FORBIDDEN',
    sentence: 'This door opens to a client key or a server key, not to a member.',
  },
  {
    name: 'a key in the query',
    ask: ({ keys }) => ({
      path: `/ofrep/v1/evaluate/flags/checkout?key=${keys.server}&authorization=Bearer%20${keys.server}&token=${keys.server}`,
    }),
    ...unauthorized,
    sentence: send,
  },
  {
    name: 'a header that a proxy is said to have set (Oathkeeper CVE-2026-33495: no client header is believed)',
    ask: by(() => ({
      'x-forwarded-user': 'ada@shop.example',
      'x-hasura-role': 'admin',
      'x-user-id': '1',
      'x-original-url': '/livez',
    })),
    ...unauthorized,
    sentence: send,
  },
  {
    name: 'a token for the event stream that is none',
    ask: () => ({ method: 'GET', path: '/ofrep/v1/events?token=a.b.c' }),
    ...unauthorized,
    sentence: 'the token of this stream is not good, or no longer; ask for the flags again',
  },
  {
    name: 'two tokens for the event stream',
    ask: () => ({ method: 'GET', path: '/ofrep/v1/events?token=a&token=b' }),
    ...unauthorized,
    sentence: 'the token of this stream is not good, or no longer; ask for the flags again',
  },
];
