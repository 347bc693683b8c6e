import { hash } from 'node:crypto';
import type { StoredKey } from '../access/key-source.ts';

/** The keys that a relay lets in, as it is told of them, and a text that names exactly these. */
export interface RelayKeys {
  /** JSON: a list. */
  readonly text: string;
  readonly tag: string;
}

/** Of an environment's keys those of applications that are good now; a relay is no way to other relays' keys. */
export function relayKeys(keys: readonly StoredKey[], now: number): RelayKeys {
  const good = keys.filter(({ kind, expiresAt }) => kind !== 'relay' && (expiresAt === null || expiresAt > now));
  const text = JSON.stringify(good.map(({ id, kind, name, hash, expiresAt }) => ({ id, kind, name, hash, expiresAt })));
  return { text, tag: hash('sha256', text, 'base64url').slice(0, 16) };
}
