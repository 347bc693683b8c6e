import { absorb, hash, hashBytes, utf8 } from '../bucket.ts';

/** Which bytes of a text are hashed: those of UTF-8, or the low one of each UTF-16 unit. */
export type Encoding = 'utf-8' | 'low-bytes';

/** Seeds of murmur3: rollouts and variants are laid out independently of each other. */
export const ROLLOUT_SEED = 0;
export const VARIANT_SEED = 86_028_157;

/**
 * Hashes `groupId + ':'` ahead (murmur3 x86 32), so that a decision hashes nothing but the value.
 *
 * @returns  what gives the unsigned 32-bit hash for a value
 */
export function hasher(groupId: string, seed: number, encoding: Encoding): (value: string) => number {
  const bytesOf = encoding === 'utf-8' ? utf8 : lowBytes;
  const state = absorb({ mixed: seed, word: 0, bits: 0, length: 0 }, bytesOf(`${groupId}:`));
  if (encoding === 'utf-8') return (value) => hash(state, value);
  return (value) => (isAscii(value) ? hash(state, value) : hashBytes(state, lowBytes(value)));
}

function isAscii(text: string): boolean {
  let units = 0;
  for (let i = 0; i < text.length; i++) units |= text.charCodeAt(i);
  return units < 128;
}

function lowBytes(text: string): string {
  return Array.from({ length: text.length }, (_, i) => String.fromCharCode(text.charCodeAt(i) & 0xff)).join('');
}
