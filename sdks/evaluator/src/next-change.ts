import type { CompiledRuleset } from './compiled.ts';
import { type Ramp, rampShare } from './rollout.ts';

/**
 * The next instant at which a decision can change by itself.
 *
 * @returns  milliseconds since 1970, later than `now`; null: never. A running ramp changes with each of its steps,
 *           which can be milliseconds apart: gather them.
 */
export function nextChangeAt({ instants, ramps, clocks }: CompiledRuleset, now: number): number | null {
  const ticks = [...clocks].map((ms) => (Math.floor(now / ms) + 1) * ms);
  const steps = [...instants, ...ticks, ...[...ramps].map((ramp) => nextStep(ramp, now))].filter((at) => at > now);
  return steps.length === 0 ? null : steps.reduce((first, at) => Math.min(first, at));
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
