import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucket, hash, seedState } from './bucket.ts';

/** Straight from the definition of murmur3, over bytes. */
function murmur3(text: string): number {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer);
  let state = 0;
  const scrambled = (word: number) => {
    const spread = Math.imul(word, 0xcc9e2d51);
    return Math.imul((spread << 15) | (spread >>> 17), 0x1b873593);
  };
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) {
    state ^= scrambled(view.getUint32(i, true));
    state = (Math.imul((state << 13) | (state >>> 19), 5) + 0xe6546b64) | 0;
  }
  let word = 0;
  for (let i = bytes.length - 1; i >= whole; i--) word = (word << 8) | (bytes[i] ?? 0);
  state ^= scrambled(word) ^ bytes.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

test('hashing the seed ahead changes nothing', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(text, text, (seed, value) => hash(seedState(seed), value) === murmur3(`${seed}:${value}`)),
    {
      numRuns: 2000,
    },
  );
});

test('spreads targeting keys evenly over the buckets', () => {
  const state = seedState('evenly:rollout');
  const counts = new Array<number>(100).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const index = Math.floor(bucket(state, `user-${i}`) / 1000);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // 99 degrees of freedom: 99.9 % of even spreads stay below 148.2.
  expect(chiSquare).toBeLessThan(148.2);
});

test('stays within [0, 100 000)', () => {
  const state = seedState('');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const index = bucket(state, value);
      return Number.isInteger(index) && index >= 0 && index < 100_000;
    }),
  );
});
