/**
 * What went wrong, by a permanent code. Each has a page in docs/errors that says how to mend it:
 * 001 the key was refused, 002 the service was not reached, 003 it answered with an error, 004 its answer was not
 * understood, 005 the cache could not be used, 006 a context is not JSON, 007 a subscriber threw.
 */
export type ClientErrorCode = `BURGEE_CLIENT_00${1 | 2 | 3 | 4 | 5 | 6 | 7}`;

/** Handed to `onError`, never thrown into the application. */
export class BurgeeClientError extends Error {
  declare readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(`${code}: ${message}`, { cause });
    this.name = 'BurgeeClientError';
    this.code = code;
  }
}
