/** Says when the next decision of a ruleset can change by the clock alone; null: never. */
export type NextChange = (now: number) => number | null;

const farthestLookMs = 366 * 24 * 3600 * 1000;
const mostSteps = 1000;

/**
 * The last instant, not after `now`, at which a decision could change by the clock; 0 where none is known.
 *
 * A decision is the same at the moment and at `now`, and every replica finds the same moment, whenever it started.
 */
export function momentAt(nextChange: NextChange, now: number): number {
  const start = lookBack(nextChange, now);
  if (start === undefined) return 0;
  let moment = start;
  for (let step = 0; step < mostSteps; step += 1) {
    const next = nextChange(moment);
    if (next === null || next > now) return moment;
    moment = next;
  }
  // so many changes that the moment moves with the clock
  return now;
}

/** A time from which stepping forward meets at least one change before `now`, found by doubling the distance. */
function lookBack(nextChange: NextChange, now: number): number | undefined {
  for (let distance = 1000; distance <= farthestLookMs; distance *= 2) {
    const next = nextChange(now - distance);
    if (next !== null && next <= now) return next;
  }
  const next = nextChange(0);
  return next !== null && next <= now ? next : undefined;
}
