export type KeyKind = 'client' | 'server' | 'relay';
export type CredentialKind = KeyKind | 'member';
export type Door = 'api' | 'ui' | 'cli';

/** An application, by its API key. */
export interface KeyCredential {
  readonly kind: 'key';
  readonly keyId: string;
  readonly keyKind: KeyKind;
  readonly environmentId: string;
  readonly keyName: string;
}

/** A person, by a session cookie, a token of the session or an access token. */
export interface MemberCredential {
  readonly kind: 'member';
  readonly memberId: string;
  readonly door: Door;
  /** The session or access token behind it. */
  readonly tokenId: string;
}

export type Credential = KeyCredential | MemberCredential;

/** The word by which a route names this credential in `@Credential(…)`. */
export function kindOf(credential: Credential): CredentialKind {
  return credential.kind === 'key' ? credential.keyKind : 'member';
}
