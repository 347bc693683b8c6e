import { flagProblems } from './parse-flag.ts';
import { EVERYONE, rampShare, readRamp } from './rollout.ts';
import type { Flag, Json, Rule, Serve } from './ruleset.ts';

/** What a flag can serve to anyone, at one instant. */
export interface OutcomeSet {
  /** The flag is not one that can be analysed; `outcomes` is empty then. */
  readonly unknown: boolean;
  /** Different values, compared as JSON; exactly one: the flag is settled. */
  readonly outcomes: readonly Outcome[];
}

export interface Outcome {
  /** Absent: the code's default. */
  readonly value?: Json;
}

/**
 * Everything a flag can serve: the rules in order up to the first that counts for everyone, else the default.
 *
 * @param now  milliseconds since 1970; decides where ramps are
 */
export function outcomes(flag: Flag, now: number): OutcomeSet {
  if (flagProblems(flag).length > 0) return { unknown: true, outcomes: [] };
  const served = flag.enabled ? enabledServes(flag, now) : [flag.off];
  const values = new Map<string, Outcome>();
  for (const outcome of served.flatMap((serve) => outcomesOf(serve, flag))) {
    values.set(canonical(outcome.value), outcome);
  }
  return { unknown: false, outcomes: [...values.values()] };
}

function enabledServes(flag: Flag, now: number): Serve[] {
  const served: Serve[] = isMaybe(flag.requires) ? [flag.off] : [];
  for (const rule of flag.rules ?? []) {
    const share = shareOf(rule, now);
    if (share === 0) continue;
    served.push(rule.serve === undefined ? 'on' : rule.serve);
    if (share === EVERYONE && !isMaybe(rule.if) && !isMaybe(rule.requires)) return served;
  }
  return [...served, flag.default];
}

function isMaybe(questions: readonly unknown[] | undefined): boolean {
  return questions !== undefined && questions.length > 0;
}

function shareOf({ rollout = 100 }: Rule, now: number): number {
  if (typeof rollout === 'number') return Math.round(rollout * 1000);
  if ('percent' in rollout) return Math.round(rollout.percent * 1000);
  const ramp = readRamp(rollout);
  return ramp === undefined ? 0 : rampShare(ramp, now);
}

/** A variant of weight 0 is never served. */
function outcomesOf(serve: Serve, { variants }: Flag): Outcome[] {
  if (serve === null) return [{}];
  if (typeof serve === 'string') return [{ value: variants[serve] as Json }];
  if ('value' in serve) return [{ value: serve.value }];
  return serve.split.filter(([, weight]) => weight > 0).map(([variant]) => ({ value: variants[variant] as Json }));
}

/** Text that is the same for equal JSON values, whatever the order of their fields. */
function canonical(value: Json | undefined): string {
  return (
    JSON.stringify(value, (_, part) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  );
}
