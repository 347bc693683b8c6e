/** The part of the browser's `localStorage` that is used. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/**
 * What was kept in the browser under a checksum; empty where there is nothing. Throws where that is broken, and what the
 * storage throws.
 *
 * @param identity url, key and targeting key: what is kept for one is never read for another
 */
export function readKept(storage: KeyValueStorage, identity: string): string {
  const kept = storage.getItem(name(identity)) ?? '';
  const data = kept.slice(kept.indexOf(' ') + 1);
  if (kept && kept !== seal(identity, data)) throw new Error(`${name(identity)}: wrong checksum`);
  return data;
}

/** Throws what the storage throws (it may be full, or forbidden). */
export function keep(storage: KeyValueStorage, identity: string, data: string): void {
  storage.setItem(name(identity), seal(identity, data));
}

function name(identity: string): string {
  return `burgee:${checksum(identity)}`;
}

/** The checksum covers the identity: an entry moved to another key is refused. */
function seal(identity: string, data: string): string {
  return `${checksum(`${identity}\n${data}`)} ${data}`;
}

/** FNV-1a of 32 bits: against accidents, not against people. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
