import { createHash, randomInt } from 'node:crypto';

/** A fresh access token of a member: `bgp_` and 40 base62 characters (238 random bits). */
export function newAccessToken(): string {
  return `bgp_${random(40)}`;
}

/** A fresh session, the value of the cookie. */
export function newSession(): string {
  return `bgs_${random(40)}`;
}

/** True for a text that has the form of an access token. */
export function isAccessToken(text: string): boolean {
  return /^bgp_[0-9A-Za-z]{40}$/.test(text);
}

/** True for a text that has the form of a session. */
export function isSession(text: string): boolean {
  return /^bgs_[0-9A-Za-z]{40}$/.test(text);
}

/** SHA-256 of the whole text, as the tables keep it; with so many random bits nothing slower is needed. */
export function hashAccessToken(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function random(length: number): string {
  return Array.from({ length }, () => base62[randomInt(base62.length)]).join('');
}
