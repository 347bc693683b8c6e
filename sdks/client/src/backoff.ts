import type { Failure } from './sources/source.ts';

/** A connection that was good for this long starts again at the shortest wait. */
export const healthyAfterMs = 60_000;

const shortestMs = 1_000;
const longestMs = 30_000;
const refusedMs = 300_000;
const toldAtMostMs = 600_000;

export interface Attempt {
  /** Failures since the connection was last healthy, this one not counted. */
  failures: number;
  failure: Failure;
  now: number;
  /** In [0, 1). */
  random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * Never less than a second, never less than the server asked for (at most ten minutes of that), five minutes for a
 * refused key. The jitter is proportional: the window is 2 s wide at first, so a restarted server sees at most half of
 * its readers in any one second, and doubles up to 29 s.
 */
export function waitBefore({ failures, failure, now, random }: Attempt): number {
  if (failure.cause === 'refused') return refusedMs * (1 + random * 0.2);
  const windowMs = Math.min(longestMs, shortestMs * 3 * 2 ** failures) - shortestMs;
  const told = retryAfterMs(failure.retryAfter, now) ?? failure.retryMs ?? 0;
  return Math.max(shortestMs, Math.min(told, toldAtMostMs)) + random * windowMs;
}

/** Reads a `Retry-After` header: whole seconds or an HTTP date; anything else is as if it were not there. */
function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at - now;
}
