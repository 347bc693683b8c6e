import { BurgeeError } from '../errors.ts';
import { isOwnOrigin } from './own-origin.ts';

/** What a request shows to say who sends it; at most one of the three. */
export interface Presented {
  /** Begins like an API key. */
  readonly key?: string;
  /** Any other bearer token. */
  readonly bearer?: string;
  /** Value of the session cookie. */
  readonly cookie?: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Finds the one credential among the headers.
 *
 * @throws UNAUTHORIZED when there are two, or when the Authorization header is no bearer token
 */
export function presentedBy(headers: Headers, cookieName: string): Presented {
  const { authorization } = headers;
  // what nearly every request shows, told apart without looking at every letter
  if (headers.cookie === undefined && headers['x-api-key'] === undefined && typeof authorization === 'string') {
    const key = authorization.slice(usualStart.length);
    if (authorization.startsWith(`${usualStart}bgy_`) && !key.includes(' ')) return { key };
  }
  const bearer = bearerIn(single(headers.authorization));
  const keyHeader = single(headers['x-api-key']);
  const cookie = cookieIn(single(headers.cookie), cookieName);
  if ([bearer, keyHeader, cookie].filter((found) => found !== undefined).length > 1) {
    throw new BurgeeError('UNAUTHORIZED', 'send exactly one credential, not two');
  }
  const token = bearer ?? keyHeader;
  if (token !== undefined)
    return token.startsWith('bgy_') || keyHeader !== undefined ? { key: token } : { bearer: token };
  return cookie === undefined ? {} : { cookie };
}

/**
 * Refuses a request that a foreign page made with our cookie: reading is harmless, everything else must come from our
 * own origin and say so in a header that no form can send.
 */
export function assertOwnPage(
  request: { readonly method: string; readonly headers: Headers },
  config: { readonly publicUrl: string },
): void {
  if (request.method === 'GET') return;
  const isOwn = isOwnOrigin(request.headers, config);
  if (isOwn && single(request.headers['x-burgee-csrf']) === '1') return;
  throw new BurgeeError('FORBIDDEN', 'A request with a session cookie must come from the admin page.', {
    fix: 'Send the header x-burgee-csrf: 1 from the page that Burgee itself serves, or use an access token.',
  });
}

/**
 * The refusal of a bearer token, which never says what is wrong with it.
 *
 * @param isForMembers  whether the door takes tokens at all; at another one, what has not the form of a token is a wrong key
 */
export function badToken(bearer: string, isForMembers: boolean): BurgeeError {
  const isToken = isForMembers || bearer.startsWith('bgp_') || bearer.includes('.');
  return isToken
    ? new BurgeeError('INVALID_TOKEN', 'the token is not good, or no longer')
    : new BurgeeError('UNAUTHORIZED', 'unknown, expired or revoked key; send a key as Authorization: Bearer');
}

const usualStart = 'Bearer ';

function bearerIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw new BurgeeError('UNAUTHORIZED', 'send a key as Authorization: Bearer');
  return token;
}

function cookieIn(header: string | undefined, name: string): string | undefined {
  const found = header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1);
  return value === '' ? undefined : value;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
