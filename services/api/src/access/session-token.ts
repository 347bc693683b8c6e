import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWK, jwtVerify, SignJWT } from 'jose';

/** Who a session token speaks for. */
export interface SessionClaims {
  readonly memberId: string;
  /** Row of the session: a token dies with it. */
  readonly sessionId: string;
}

/** Signs and checks the five-minute tokens that the api and Hasura both believe. */
export interface SessionTokens {
  sign(claims: SessionClaims, nowMs: number): Promise<{ token: string; expiresAt: Date }>;
  /** Undefined for whatever is not a good token of ours, without saying what is wrong with it. */
  verify(token: string, nowMs: number): Promise<SessionClaims | undefined>;
  /** What Hasura needs to check our tokens: the public key. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

export const lifetimeSeconds = 300;
export const audience = 'burgee';
export const hasuraNamespace = 'https://hasura.io/jwt/claims';

/**
 * @param signingKey PKCS8 PEM of a P-256 key; empty where nobody signs in (a worker): tokens then live as long as the process
 * @param issuer     the public address
 */
export function sessionTokens(signingKey: string, issuer: string): SessionTokens {
  const privateKey =
    signingKey === '' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : createPrivateKey(signingKey);
  const publicKey = createPublicKey(privateKey);
  const jwk = publicJwk(publicKey);
  const kid = jwk.kid as string;
  return {
    jwks: { keys: [jwk] },
    sign: async ({ memberId, sessionId }, nowMs) => {
      const issuedAt = Math.floor(nowMs / 1000);
      const token = await new SignJWT({ sid: sessionId, [hasuraNamespace]: hasuraClaims(memberId) })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
        .setSubject(memberId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
      return { token, expiresAt: new Date((issuedAt + lifetimeSeconds) * 1000) };
    },
    verify: (token, nowMs) => verifyToken({ token, nowMs, issuer, kid, publicKey }),
  };
}

interface Check {
  readonly token: string;
  readonly nowMs: number;
  readonly issuer: string;
  readonly kid: string;
  readonly publicKey: KeyObject;
}

const longestToken = 2048;
/** Clocks of machines differ; more than this is not a matter of clocks. */
const toleranceSeconds = 5;

async function verifyToken({ token, nowMs, issuer, kid, publicKey }: Check): Promise<SessionClaims | undefined> {
  if (token.length > longestToken || !hasOurHeader(token, kid)) return undefined;
  try {
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: ['ES256'],
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub', 'sid', hasuraNamespace],
      maxTokenAge: lifetimeSeconds,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(nowMs),
    });
    const { sub, sid, aud, exp = 0, iat = 0 } = payload;
    const isOurs = aud === audience && exp - iat <= lifetimeSeconds && isSame(payload[hasuraNamespace], sub);
    return isOurs && isId(sub) && isId(sid) ? { memberId: sub, sessionId: sid } : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Both are looked up as UUIDs; the database would call anything else a fault. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

/** Exactly the header that we write: no key of the sender's choice, no extension, no other algorithm. */
function hasOurHeader(token: string, kid: string): boolean {
  try {
    const header = decodeProtectedHeader(token);
    return Object.keys(header).length === 3 && header.alg === 'ES256' && header.typ === 'JWT' && header.kid === kid;
  } catch {
    // not a token at all, which is an answer and no fault
    return false;
  }
}

function hasuraClaims(memberId: string) {
  return {
    'x-hasura-allowed-roles': ['burgee_member'],
    'x-hasura-default-role': 'burgee_member',
    'x-hasura-burgee-member-id': memberId,
  };
}

function isSame(claims: unknown, memberId: string | undefined): boolean {
  return memberId !== undefined && JSON.stringify(claims) === JSON.stringify(hasuraClaims(memberId));
}

/** The `kid` is the key's RFC 7638 thumbprint, so that every replica names the same key alike. */
function publicJwk(publicKey: KeyObject): JWK {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } as JWK;
}
