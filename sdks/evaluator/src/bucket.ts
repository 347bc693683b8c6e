/** The state of murmur3 (x86, 32 bit) after the bytes of a seed. */
export interface HashState {
  readonly mixed: number;
  /** Bytes that do not fill a word of four yet, low byte first. */
  readonly word: number;
  /** Bits of `word` in use: 0, 8, 16 or 24. */
  readonly bits: number;
  /** Bytes so far. */
  readonly length: number;
}

/** Before any byte. */
export const START: HashState = { mixed: 0, word: 0, bits: 0, length: 0 };

/**
 * Puts a value into one of 100 000 buckets; the same on every platform, for ever.
 *
 * @param state  what `seedState` gave for the seed
 * @returns      integer in [0, 100 000); 1 000 buckets = 1 %
 * @see          spec/bucketing.json
 */
export function bucket(state: HashState, value: string): number {
  // hash < 2^32 and 100 000 < 2^17: the product is below 2^53, so it and the division by a power of two are exact.
  return Math.floor(((signedHash(state, value) >>> 0) * 100_000) / 0x1_0000_0000);
}

/** Hashes `seed + ':'` ahead, so that a decision hashes nothing but the value. */
export function seedState(seed: string): HashState {
  return absorb(START, utf8(`${seed}:`));
}

/** murmur3_32 with seed 0 of the UTF-8 bytes of what `state` took in and `value`; an unsigned 32-bit integer. */
export function hash(state: HashState, value: string): number {
  return signedHash(state, value) >>> 0;
}

/** The same where each character of `bytes` is a byte. */
export function hashBytes(state: HashState, bytes: string): number {
  return signedHash(state, bytes, 255) >>> 0;
}

/** Signed, because engines keep such a number without allocating. */
function signedHash(state: HashState, value: string, highest = 127): number {
  let { mixed, word, bits } = state;
  const end = value.length;
  let units = 0;
  let i = 0;
  // Four at a time, behind what is left of the seed; then what is left over.
  for (; i + 3 < end; i += 4) {
    const a = value.charCodeAt(i);
    const b = value.charCodeAt(i + 1);
    const c = value.charCodeAt(i + 2);
    const d = value.charCodeAt(i + 3);
    units |= a | b | c | d;
    const four = a | (b << 8) | (c << 16) | (d << 24);
    mixed = mix(mixed, word | (four << bits));
    word = bits && four >>> (32 - bits);
  }
  for (; i < end; i++) {
    const unit = value.charCodeAt(i);
    units |= unit;
    word |= unit << bits;
    bits = (bits + 8) & 31;
    if (bits === 0) {
      mixed = mix(mixed, word);
      word = 0;
    }
  }
  // Beyond ASCII a unit is more than one byte: once more, slowly.
  if (units > highest) return signedHash(state, utf8(value), 255);
  // An empty word scrambles to 0, so nothing is lost where no byte is left over.
  let last = mixed ^ scramble(word) ^ (state.length + end);
  last = Math.imul(last ^ (last >>> 16), 0x85eb_ca6b);
  last = Math.imul(last ^ (last >>> 13), 0xc2b2_ae35);
  return last ^ (last >>> 16);
}

/** The state after further bytes, each a character. */
export function absorb(state: HashState, bytes: string): HashState {
  let { mixed, word, bits } = state;
  for (let i = 0; i < bytes.length; i++) {
    word |= bytes.charCodeAt(i) << bits;
    bits = (bits + 8) & 31;
    if (bits === 0) {
      mixed = mix(mixed, word);
      word = 0;
    }
  }
  return { mixed, word, bits, length: state.length + bytes.length };
}

/** The UTF-8 bytes of a text, each as a character; half a surrogate pair counts as U+FFFD, as TextEncoder has it. */
export function utf8(text: string): string {
  return unescape(encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')));
}

function mix(mixed: number, word: number): number {
  return (Math.imul(rotate(mixed ^ scramble(word), 13), 5) + 0xe654_6b64) | 0;
}

function scramble(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e_2d51), 15), 0x1b87_3593);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
