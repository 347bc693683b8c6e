/** Chance that comes again for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [least, most). */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
}

/** mulberry32: small, quick, and good enough to choose where a fault strikes. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least));
  return { next, between, pick: (list) => list[between(0, list.length)]! };
}
