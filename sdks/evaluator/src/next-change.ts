import type { CompiledRuleset } from './compiled.ts';
import { type Ramp, rampShare } from './rollout.ts';
import type { Change } from './scope.ts';

/**
 * The next instant at which a decision can change by itself.
 *
 * @returns  milliseconds since 1970, later than `now`; null: never. A running ramp changes with each of its steps,
 *           which can be milliseconds apart: gather them.
 */
export function nextChangeAt({ changes }: CompiledRuleset, now: number): number | null {
  const steps = [...changes].map((change) => nextOf(change, now)).filter((at) => at > now);
  return steps.length === 0 ? null : steps.reduce((first, at) => Math.min(first, at));
}

function nextOf(change: Change, now: number): number {
  if (typeof change === 'number') return change;
  if ('everyMs' in change) return (Math.floor(now / change.everyMs) + 1) * change.everyMs;
  return nextStep(change, now);
}

/** When a ramp takes in its next bucket; -Infinity once it has ended. */
function nextStep(ramp: Ramp, now: number): number {
  const { start, end, from, to } = ramp;
  if (now < start) return start;
  const share = rampShare(ramp, now);
  if (now >= end || share === to) return Number.NEGATIVE_INFINITY;
  let at = Math.max(now + 1, start + Math.floor(((share + 1 - from) / (to - from)) * (end - start)) - 1);
  // The estimate is at most a rounding error early, so this takes a step or two.
  while (rampShare(ramp, at) === share) at++;
  return at;
}
