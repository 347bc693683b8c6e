/** From the first number up to, but without, the second. */
export type Range = readonly [start: number, end: number];

/** Whether a bucket is in a range; half-open, as all ranges of GrowthBook are. */
export function isInRange(bucket: number, [start, end]: Range): boolean {
  return bucket >= start && bucket < end;
}

/** The index of the first range that has the bucket; -1: none. */
export function rangeOf(bucket: number, ranges: readonly Range[]): number {
  for (let i = 0; i < ranges.length; i++) if (isInRange(bucket, ranges[i] as Range)) return i;
  return -1;
}

export interface Shares {
  readonly count: number;
  /** Clamped to 0 to 1. */
  readonly coverage: number;
  readonly weights: readonly number[] | undefined;
  readonly strict: boolean;
}

/**
 * The range of each variation: side by side by weight, each cut to the coverage.
 * The order of operations is GrowthBook's to the last bit: the running sum first, then `start + coverage * weight`.
 */
export function bucketRanges(shares: Shares): Range[] {
  const coverage = Math.min(1, Math.max(0, shares.coverage));
  let sum = 0;
  return effectiveWeights(shares).map((weight) => {
    const start = sum;
    sum += weight;
    return [start, start + coverage * weight];
  });
}

/** The weights that count: equal ones where those given do not fit. */
export function effectiveWeights({ count, weights, strict }: Omit<Shares, 'coverage'>): readonly number[] {
  return weights !== undefined && areWeights(weights, count, strict)
    ? weights
    : new Array<number>(count).fill(1 / count);
}

/** Spec 0.12 also refuses negative weights. */
export function areWeights(weights: readonly number[], count: number, strict: boolean): boolean {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length !== count || total < 0.99 || total > 1.01) return false;
  return !strict || (count > 0 && weights.every((weight) => Number.isFinite(weight) && weight >= 0));
}
