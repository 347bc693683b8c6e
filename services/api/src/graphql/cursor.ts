import { createHmac, timingSafeEqual } from 'node:crypto';
import { BurgeeError } from '../errors.ts';

/** What a cursor points into, and the place in it. */
export interface Position {
  /** Kind of list with its filter, such as `flags:<project id>`; a cursor of another list is refused. */
  readonly list: string;
  readonly after: string;
}

/** Writes a cursor that only this Burgee can have written. */
export function writeCursor(secret: Buffer, { list, after }: Position): string {
  const place = Buffer.from(after, 'utf8');
  return Buffer.concat([seal(secret, list, place), place]).toString('base64url');
}

/**
 * Reads a cursor back.
 *
 * @throws BurgeeError INVALID_CURSOR when it was cut, forged or belongs to another list
 */
export function readCursor(secret: Buffer, list: string, cursor: string): string {
  const bytes = cursor.length <= 1024 ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
  const place = bytes.subarray(sealBytes);
  if (bytes.length <= sealBytes || !timingSafeEqual(bytes.subarray(0, sealBytes), seal(secret, list, place))) {
    throw new BurgeeError('INVALID_CURSOR', 'this cursor does not belong to this list');
  }
  return place.toString('utf8');
}

/** Checks a page size. */
export function pageSize(first: number): number {
  if (first >= 1 && first <= 200) return first;
  throw new BurgeeError('INVALID_CURSOR', `a page has 1 to 200 entries, not ${first}`, {
    fix: 'Give `first` from 1 to 200.',
  });
}

const sealBytes = 16;

function seal(secret: Buffer, list: string, place: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${list}\n`).update(place).digest().subarray(0, sealBytes);
}

/** The key of all cursors: the same on every replica, because they share the signing key. */
export function cursorSecret(signingKey: string): Buffer {
  return createHmac('sha256', 'burgee cursors').update(signingKey).digest();
}
