/** Waiting times between attempts: short at first, longer while it goes on, short again after a long life. */
export interface Backoff {
  /** Milliseconds to wait before the next attempt of something that lived for `livedMs`. */
  next(livedMs: number): number;
}

export function newBackoff({ leastMs = 250, mostMs = 15_000, healthyAfterMs = 30_000 } = {}): Backoff {
  let failures = 0;
  return {
    next(livedMs) {
      failures = livedMs >= healthyAfterMs ? 0 : failures + 1;
      return Math.min(mostMs, leastMs * 2 ** Math.max(0, failures - 1));
    },
  };
}
