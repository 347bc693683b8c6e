/** How late the event loop is, smoothed, and whether that is too late. */
export interface Lag {
  readonly smoothedMs: number;
  readonly isHigh: boolean;
}

export const noLag: Lag = Object.freeze({ smoothedMs: 0, isHigh: false });

/**
 * Adds a sample. One long turn, such as a collection of garbage or the compiling of a ruleset, counts as twice the limit at
 * most, so that it takes three in a row to reach it; and what was high stays so until half of the limit.
 */
export function withSample({ smoothedMs, isHigh }: Lag, sampleMs: number, maxMs: number): Lag {
  const next = smoothedMs + weight * (Math.min(sampleMs, 2 * maxMs) - smoothedMs);
  return { smoothedMs: next, isHigh: isHigh ? next > maxMs / 2 : next > maxMs };
}

const weight = 0.25;
