import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { base64url, decodeJwt, decodeProtectedHeader, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import type { Given } from './given.ts';

/** A bad token, made from a good one. */
export interface TokenCase {
  readonly name: string;
  readonly make: (parts: Parts) => string | Promise<string>;
  /** Nobody but the holder of our key could make it, and what is wrong is for Burgee alone to see: Hasura's library believes it. */
  readonly onlyByOurKey?: true;
}

/** What a good token is made of. */
export interface Parts {
  readonly good: string;
  readonly header: JWTHeaderParameters;
  readonly claims: JWTPayload;
  readonly key: KeyObject;
  readonly now: number;
  sign(claims?: object, header?: object, key?: KeyObject): Promise<string>;
}

export function partsOf({ session }: Given): Parts {
  const header = decodeProtectedHeader(session.token) as JWTHeaderParameters;
  const claims = decodeJwt(session.token);
  const key = createPrivateKey(session.signingKey);
  return {
    good: session.token,
    header,
    claims,
    key,
    now: Math.floor(Date.now() / 1000),
    sign: (more = {}, moreHeader = {}, other = key) =>
      new SignJWT(without({ ...claims, ...more }))
        .setProtectedHeader(without({ ...header, ...moreHeader }) as JWTHeaderParameters)
        .sign(other),
  };
}

const without = <T extends object>(whole: T) =>
  Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as T;
const text = (part: unknown) => base64url.encode(JSON.stringify(part));
const raw = (header: unknown, claims: unknown, signature: Uint8Array | string = '') =>
  `${text(header)}.${text(claims)}.${base64url.encode(signature)}`;
const pair = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const namespace = 'https://hasura.io/jwt/claims';
const withRoles =
  (more: object) =>
  ({ sign, claims }: Parts) =>
    sign({ [namespace]: { ...(claims[namespace] as object), ...more } });

/** List E. */
export const tokenCases: readonly TokenCase[] = [
  { name: 'alg none', make: ({ header, claims }) => raw({ ...header, alg: 'none' }, claims) },
  { name: 'alg None', make: ({ header, claims }) => raw({ ...header, alg: 'None' }, claims) },
  {
    name: 'HS256 signed with the public key',
    make: ({ header, claims, key }) => {
      const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
      const body = `${text({ ...header, alg: 'HS256' })}.${text(claims)}`;
      return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
    },
  },
  { name: 'a signature of noughts', make: ({ header, claims }) => raw(header, claims, new Uint8Array(64)) },
  { name: 'another curve', make: ({ sign }) => sign({}, { alg: 'ES384' }, pair('P-384')) },
  { name: 'another key with our kid', make: ({ sign }) => sign({}, {}, pair('P-256')) },
  { name: 'a kid that climbs', make: ({ sign }) => sign({}, { kid: '../../../../dev/null' }) },
  { name: 'a kid with SQL', make: ({ sign }) => sign({}, { kid: "' union select 'key' --" }) },
  { name: 'a kid that is an address', make: ({ sign }) => sign({}, { kid: 'https://evil.example/key' }) },
  { name: 'a kid of 10 kB', make: ({ sign }) => sign({}, { kid: 'k'.repeat(10_000) }) },
  { name: 'no kid', make: ({ sign }) => sign({}, { kid: undefined }), onlyByOurKey: true },
  { name: 'a jku', make: ({ sign }) => sign({}, { jku: 'https://evil.example/jwks.json' }), onlyByOurKey: true },
  { name: 'an x5u', make: ({ sign }) => sign({}, { x5u: 'https://evil.example/chain' }), onlyByOurKey: true },
  {
    name: 'a jwk with a key of the sender',
    make: ({ sign }) => {
      const own = pair('P-256');
      return sign({}, { jwk: createPublicKey(own).export({ format: 'jwk' }) }, own);
    },
  },
  {
    name: 'an unknown crit',
    make: ({ header, claims }) => raw({ ...header, crit: ['x'], x: true }, claims, new Uint8Array(64)),
  },
  { name: 'over for 61 s', make: ({ sign, now }) => sign({ iat: now - 361, exp: now - 61 }) },
  { name: 'not before 61 s from now', make: ({ sign, now }) => sign({ nbf: now + 61 }) },
  { name: 'no end', make: ({ sign }) => sign({ exp: undefined }), onlyByOurKey: true },
  { name: 'an end in words', make: ({ sign }) => sign({ exp: '2999-01-01' }) },
  { name: 'an end at 1e20', make: ({ sign }) => sign({ exp: 1e20 }), onlyByOurKey: true },
  { name: 'a life of a day', make: ({ sign, now }) => sign({ exp: now + 86_400 }), onlyByOurKey: true },
  { name: 'another audience', make: ({ sign }) => sign({ aud: 'hasura' }) },
  { name: 'no audience', make: ({ sign }) => sign({ aud: undefined }) },
  {
    name: 'a list of audiences (Hasura CVE-2019-1020015: who is meant)',
    make: ({ sign, claims }) => sign({ aud: [claims.aud, 'other'] }),
    onlyByOurKey: true,
  },
  { name: 'an issuer with a slash at its end', make: ({ sign, claims }) => sign({ iss: `${claims.iss}/` }) },
  {
    name: 'an ID token',
    make: ({ sign }) => sign({ sid: undefined, [namespace]: undefined, nonce: 'n', email: 'vik@shop.example' }),
    onlyByOurKey: true,
  },
  { name: 'a token in a token', make: ({ sign, good }) => sign({ jwt: good }, { cty: 'JWT' }), onlyByOurKey: true },
  { name: 'two parts', make: ({ good }) => good.split('.').slice(0, 2).join('.') },
  { name: 'five parts', make: ({ good }) => `${good}.${text({})}.${text({})}` },
  { name: '12 kB', make: ({ sign }) => sign({ more: 'x'.repeat(9000) }), onlyByOurKey: true },
  { name: 'roles as a text', make: withRoles({ 'x-hasura-allowed-roles': 'burgee_member' }), onlyByOurKey: true },
  {
    name: 'a second role',
    make: withRoles({ 'x-hasura-allowed-roles': ['burgee_member', 'admin'], 'x-hasura-default-role': 'admin' }),
    onlyByOurKey: true,
  },
  {
    name: 'roles as an object',
    make: withRoles({ 'x-hasura-allowed-roles': { 0: 'admin' }, 'x-hasura-default-role': 'admin' }),
    onlyByOurKey: true,
  },
  {
    name: 'the claims of another member',
    make: withRoles({ 'x-hasura-burgee-member-id': randomUUID() }),
    onlyByOurKey: true,
  },
  { name: 'a session that has never been', make: ({ sign }) => sign({ sid: randomUUID() }), onlyByOurKey: true },
  {
    name: 'a member that has never been',
    make: ({ sign, claims }) => {
      const sub = randomUUID();
      return sign({ sub, [namespace]: { ...(claims[namespace] as object), 'x-hasura-burgee-member-id': sub } });
    },
    onlyByOurKey: true,
  },
  { name: 'a session that is no id', make: ({ sign }) => sign({ sid: "' or 1=1 --" }), onlyByOurKey: true },
  { name: 'points', make: () => '..' },
  { name: 'an access token that is not known', make: () => `bgp_${'0'.repeat(40)}` },
];
