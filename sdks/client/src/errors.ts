/** What went wrong with the client, by a permanent code; each has a page in docs/errors. */
export type ClientErrorCode = keyof typeof fixes;

/** Handed to `onError`, never thrown into the application. */
export class BurgeeClientError extends Error {
  readonly code: ClientErrorCode;
  readonly fix: string;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'BurgeeClientError';
    this.code = code;
    this.fix = fixes[code];
  }
}

const fixes = {
  /** The key was refused. */
  BURGEE_CLIENT_001: 'Use a key of this environment that is not revoked.',
  /** The service could not be reached. */
  BURGEE_CLIENT_002: 'Check the url and the network.',
  /** The service answered with an error. */
  BURGEE_CLIENT_003: 'See the log of the service.',
  /** The answer was not understood. */
  BURGEE_CLIENT_004: 'Check that the url is that of a Burgee service.',
  /** The cache could not be used. */
  BURGEE_CLIENT_005: 'Let the cache belong to this application alone.',
  /** An option or a context cannot be used. */
  BURGEE_CLIENT_006: 'Mend the option that is named.',
  /** A subscriber threw. */
  BURGEE_CLIENT_007: 'Catch errors inside the subscriber.',
} as const;
