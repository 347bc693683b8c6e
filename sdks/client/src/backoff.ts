import type { Clock } from './clock.ts';
import type { Failure } from './sources/source.ts';

/** A connection that was good for this long starts again at the shortest wait. */
export const healthyAfterMs = 60_000;
/** How long the second source serves before the preferred one is tried again. */
export const secondChoiceMs = 300_000;
/** Between two nudges that are followed. */
export const nudgesApartMs = 2_000;

const shortestMs = 1_000;
const longestMs = 30_000;
const refusedMs = 300_000;
const toldAtMostMs = 600_000;

/** Since when, of what is not so. */
export const never: number = Infinity;

/**
 * How long to wait before the next attempt, in milliseconds. A `Retry-After` that is neither whole seconds nor an HTTP date
 * is as if it were not there.
 *
 * Never less than a second, never less than the server asked for (at most ten minutes of that), five minutes for a
 * refused key. The jitter is proportional: the window is 2 s wide at first, so a restarted server sees at most half of
 * its readers in any one second, and doubles up to 29 s.
 *
 * @param failures how many there were since the connection was last healthy, this one not counted
 */
export function waitBefore(
  { cause, retryAfter = '', retryMs = 0 }: Omit<Failure, 'detail'>,
  failures: number,
  { clock, random }: { clock: Pick<Clock, 'now'>; random: () => number },
): number {
  if (cause === 'refused') return refusedMs * (1 + random() * 0.2);
  const windowMs = Math.min(longestMs, shortestMs * 3 * 2 ** failures) - shortestMs;
  const date = / GMT$/.test(retryAfter) ? retryAfter : '';
  const told = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(date) - clock.now();
  return Math.max(shortestMs, Math.min(told || retryMs, toldAtMostMs)) + random() * windowMs;
}
