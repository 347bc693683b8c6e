import type { MemberCredential } from './credential.ts';

/** Injection token of the one {@link MemberCredentials}. */
export const MEMBER_CREDENTIALS = Symbol('member credentials');

/** Knows people by what they present; the guard asks it about everything that is not an API key. */
export interface MemberCredentials {
  /** Name of the session cookie, `__Host-…` when the public address is https. */
  readonly cookieName: string;
  /** The member behind the session cookie's value; undefined when it is unknown, expired or revoked. */
  fromCookie(value: string): Promise<MemberCredential | undefined>;
  /** The member behind a bearer token: a JWT of ours or an access token. */
  fromBearer(token: string): Promise<MemberCredential | undefined>;
}
