import type { Source } from './source.ts';

/** The part of the browser's `localStorage` that is used. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** What one user was last told, kept in the browser under a checksum. */
export interface StorageCache extends Source {
  /** Throws what the storage throws (it may be full, or forbidden). */
  save(data: string): void;
}

/**
 * @param identity url, key and targeting key: what is kept for one is never read for another
 */
export function storageCache(storage: KeyValueStorage, event: string, identity: string): StorageCache {
  const key = `burgee:${checksum(identity)}`;
  return {
    kind: 'storage',
    open(report) {
      try {
        const kept = storage.getItem(key);
        const data = kept?.slice(kept.indexOf(' ') + 1);
        if (data !== undefined && kept === seal(identity, data)) report({ kind: 'message', event, data });
        else report({ kind: 'failed', failure: { cause: kept === null ? 'absent' : 'broken', detail: key } });
      } catch (error) {
        report({ kind: 'failed', failure: { cause: 'broken', detail: String(error) } });
      }
      return () => {};
    },
    save: (data) => storage.setItem(key, seal(identity, data)),
  };
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
