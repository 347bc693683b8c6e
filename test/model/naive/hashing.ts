import { bytesOf, readDate } from './values.ts';

/** MurmurHash3 x86 32-bit with seed 0, in integers of any length. */
export function murmur3(text: string): bigint {
  const bytes = [...bytesOf(text)].map(BigInt);
  const tailAt = bytes.length - (bytes.length % 4);
  let hash = 0n;
  for (let at = 0; at < tailAt; at += 4) {
    hash ^= scramble(littleEndian(bytes.slice(at, at + 4)));
    hash = low32(rotate(hash, 13n) * 5n + 0xe6546b64n);
  }
  hash ^= scramble(littleEndian(bytes.slice(tailAt)));
  hash ^= BigInt(bytes.length);
  hash = low32((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = low32((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  return hash ^ (hash >> 16n);
}

function scramble(word: bigint): bigint {
  return low32(rotate(low32(word * 0xcc9e2d51n), 15n) * 0x1b873593n);
}

function littleEndian(bytes: readonly bigint[]): bigint {
  return bytes.reduceRight((word, byte) => word * 256n + byte, 0n);
}

function rotate(word: bigint, by: bigint): bigint {
  return low32(word << by) | (word >> (32n - by));
}

function low32(number: bigint): bigint {
  return number & 0xffffffffn;
}

/** In [0, 100 000). */
export function bucket(seed: string, value: string): number {
  return Number((murmur3(`${seed}:${value}`) * 100_000n) / 2n ** 32n);
}

export interface NaiveRamp {
  readonly from: number;
  readonly to: number;
  readonly start: string;
  readonly end: string;
}

/** How many buckets a rollout holds. */
export function shareOf(rollout: undefined | number | { readonly percent: number } | NaiveRamp, now: number): number {
  if (rollout === undefined) return 100_000;
  if (typeof rollout === 'number') return Math.round(rollout * 1000);
  if ('percent' in rollout) return Math.round(rollout.percent * 1000);
  const [from, to] = [Math.round(rollout.from * 1000), Math.round(rollout.to * 1000)];
  const [start, end] = [readDate(rollout.start) as number, readDate(rollout.end) as number];
  if (now < start) return 0;
  if (now >= end) return to;
  return from + Math.floor((to - from) * ((now - start) / (end - start)));
}
