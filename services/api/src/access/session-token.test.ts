import { createHmac, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { base64url, decodeJwt, importJWK, jwtVerify, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { audience, hasuraNamespace, sessionTokens } from './session-token.ts';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
const issuer = 'https://flags.example.com';
const tokens = sessionTokens(pem, issuer);
const key = createPrivateKey(pem);
const now = Date.parse('2026-12-01T06:00:00Z');
const seconds = now / 1000;
const memberId = '6f9619ff-8b86-4011-b42d-00c04fc964ff';
const sessionId = '0b6f0f6e-4d5d-4c52-9b0e-3f2b6a1c7d21';
const kid = tokens.jwks.keys[0]?.kid as string;
const header = { alg: 'ES256', typ: 'JWT', kid };
const hasura = {
  'x-hasura-allowed-roles': ['burgee_member'],
  'x-hasura-default-role': 'burgee_member',
  'x-hasura-burgee-member-id': memberId,
};
const claims = {
  sub: memberId,
  sid: sessionId,
  iss: issuer,
  aud: audience,
  iat: seconds,
  exp: seconds + 300,
  [hasuraNamespace]: hasura,
};
type Claims = Record<string, unknown>;

const sign = (changed: Claims = {}, changedHeader: Claims = {}, signer = key) => {
  const payload = Object.fromEntries(
    Object.entries({ ...claims, ...changed }).filter(([, value]) => value !== undefined),
  );
  const all = Object.fromEntries(
    Object.entries({ ...header, ...changedHeader }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload).setProtectedHeader(all as typeof header).sign(signer);
};
const raw = (rawHeader: unknown, payload: unknown, signature: Uint8Array | string) =>
  `${base64url.encode(JSON.stringify(rawHeader))}.${base64url.encode(JSON.stringify(payload))}.${base64url.encode(signature)}`;
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const publicPem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'pem',
}) as string;

test('signs what Hasura believes, for five minutes', async () => {
  const { token, expiresAt } = await tokens.sign({ memberId, sessionId }, now);
  const publicKey = await importJWK(tokens.jwks.keys[0] ?? {});
  const { payload } = await jwtVerify(token, publicKey, { issuer, audience, currentDate: new Date(now) });
  expect(payload).toEqual(claims);
  expect(expiresAt.toISOString()).toBe('2026-12-01T06:05:00.000Z');
  expect(tokens.jwks.keys[0]).not.toHaveProperty('d');
  expect(await tokens.verify(token, now)).toEqual({ memberId, sessionId });
  expect(decodeJwt(token)[hasuraNamespace]).toEqual(hasura);
});

test('believes the tokens of another replica with the same key', async () => {
  const { token } = await sessionTokens(pem, issuer).sign({ memberId, sessionId }, now);
  expect(await tokens.verify(token, now)).toEqual({ memberId, sessionId });
});

const bad: readonly (readonly [name: string, make: () => string | Promise<string>])[] = [
  ['alg none', () => raw({ ...header, alg: 'none' }, claims, '')],
  ['alg None', () => raw({ ...header, alg: 'None' }, claims, '')],
  [
    'HS256 signed with the public key',
    () => {
      const text = raw({ ...header, alg: 'HS256' }, claims, '').slice(0, -1);
      return `${text}.${createHmac('sha256', publicPem).update(text).digest('base64url')}`;
    },
  ],
  ['a zero signature', () => raw(header, claims, new Uint8Array(64))],
  ['another curve', () => sign({}, { alg: 'ES384' }, otherCurve)],
  ['another key', () => sign({}, {}, otherKey)],
  ['a kid with a path', () => sign({}, { kid: '../../dev/null' })],
  ['a kid with SQL', () => sign({}, { kid: "' or 1=1 --" })],
  ['a kid with an address', () => sign({}, { kid: 'https://evil.example/key' })],
  ['a kid of 10 kB', () => sign({}, { kid: 'k'.repeat(10_000) })],
  ['no kid', () => sign({}, { kid: undefined })],
  ['jku', () => sign({}, { jku: 'https://evil.example/jwks' })],
  ['x5u', () => sign({}, { x5u: 'https://evil.example/cert' })],
  ['jwk', () => sign({}, { jwk: {} })],
  ['an unknown crit', () => raw({ ...header, crit: ['x'], x: 1 }, claims, new Uint8Array(64))],
  ['expired 61 s ago', () => sign({ iat: seconds - 361, exp: seconds - 61 })],
  ['nbf in 61 s', () => sign({ nbf: seconds + 61 })],
  ['no exp', () => sign({ exp: undefined })],
  ['exp a text', () => raw(header, { ...claims, exp: '9999999999' }, new Uint8Array(64))],
  ['exp 1e20', () => sign({ exp: 1e20 })],
  ['a life of an hour', () => sign({ exp: seconds + 3600 })],
  ['issued in the future', () => sign({ iat: seconds + 200, exp: seconds + 500 })],
  ['another audience', () => sign({ aud: 'other' })],
  ['no audience', () => sign({ aud: undefined })],
  ['a list of audiences', () => sign({ aud: [audience, 'other'] })],
  ['an issuer with a slash', () => sign({ iss: `${issuer}/` })],
  ['an ID token', () => sign({ sid: undefined, [hasuraNamespace]: undefined, nonce: 'x' })],
  ['a nested token', async () => sign({}, { cty: 'JWT' })],
  ['two parts', async () => (await sign()).split('.').slice(0, 2).join('.')],
  ['five parts', async () => `${await sign()}.a.b`],
  ['100 kB', async () => (await sign()) + 'a'.repeat(100_000)],
  ['another default role', () => sign({ [hasuraNamespace]: { ...hasura, 'x-hasura-default-role': 'admin' } })],
  ['roles as a text', () => sign({ [hasuraNamespace]: { ...hasura, 'x-hasura-allowed-roles': 'burgee_member' } })],
  [
    'roles as an object',
    () => sign({ [hasuraNamespace]: { ...hasura, 'x-hasura-allowed-roles': { 0: 'burgee_member' } } }),
  ],
  [
    'a second role',
    () => sign({ [hasuraNamespace]: { ...hasura, 'x-hasura-allowed-roles': ['burgee_member', 'admin'] } }),
  ],
  [
    'another member in the claims',
    () => sign({ [hasuraNamespace]: { ...hasura, 'x-hasura-burgee-member-id': 'other' } }),
  ],
  ['a session that is no id', () => sign({ sid: "' or 1=1 --" })],
  ['nothing', () => ''],
  ['dots', () => '..'],
];

test('believes the token that the bad ones are made of', async () => {
  expect(await tokens.verify(await sign(), now)).toEqual({ memberId, sessionId });
});

test.each(bad)('does not believe a token with %s', async (_name, make) => {
  expect(await tokens.verify(await make(), now)).toBeUndefined();
});
