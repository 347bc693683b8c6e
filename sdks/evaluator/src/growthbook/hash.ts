/** From a value to a number in [0, 1). */
export type Hash = (value: string) => number;

/**
 * GrowthBook's hash: FNV-1a of UTF-16 code units, with the seed's part done ahead where it comes first.
 *
 * @param version  1 has 1,000 buckets, 2 has 10,000; undefined for any other, and then nobody is in
 */
export function compileHash(seed: string, version: number): Hash | undefined {
  if (version === 1) return (value) => ((fnv1a(fnv1a(OFFSET, value), seed) >>> 0) % 1000) / 1000;
  if (version !== 2) return undefined;
  const seeded = fnv1a(OFFSET, seed);
  return (value) => ((fnv1a(OFFSET, String(fnv1a(seeded, value) >>> 0)) >>> 0) % 10_000) / 10_000;
}

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

function fnv1a(state: number, text: string): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}
