import { hash, randomInt } from 'node:crypto';
import type { KeyKind } from './credential.ts';

/** A fresh API key: the text is shown once, the hash is kept, the prefix finds it again. */
export interface NewApiKey {
  readonly text: string;
  readonly hash: Buffer;
  /** First 8 characters of the random part. */
  readonly prefix: string;
}

/** Makes a key `bgy_<kind>_<environment key>_<22 random><6 checksum>`; 22 base62 characters are 130 random bits. */
export function newApiKey(kind: KeyKind, environmentKey: string): NewApiKey {
  const random = Array.from({ length: randomLength }, () => base62[randomInt(base62.length)]).join('');
  const body = `bgy_${kind}_${environmentKey}_${random}`;
  const text = body + checksum(body);
  return { text, hash: hashApiKey(text), prefix: random.slice(0, 8) };
}

/** SHA-256 of the whole text: with 130 random bits nothing slower is needed. */
export function hashApiKey(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** True for a text of the right form whose checksum fits; a typing error never reaches the database. */
export function isApiKey(text: string): boolean {
  if (text.length > 256 || !form.test(text)) return false;
  return text.slice(-checksumLength) === checksum(text.slice(0, -checksumLength));
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 22;
const checksumLength = 6;
const form = /^bgy_(client|server|relay)_[a-z0-9._-]{1,128}_[0-9A-Za-z]{28}$/;

/** The first 32 bits of SHA-256 in base62, padded: 62^6 is larger than 2^32. */
function checksum(body: string): string {
  let rest = hash('sha256', body, 'buffer').readUInt32BE(0);
  let text = '';
  for (let place = 0; place < checksumLength; place += 1) {
    text = base62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
