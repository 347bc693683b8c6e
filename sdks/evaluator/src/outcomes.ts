import { flagProblems } from './parse-flag.ts';
import { EVERYONE, shareAt, shareOf } from './rollout.ts';
import type { Flag, Json, Serve } from './ruleset.ts';
import type { Semantics } from './semantics.ts';

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
 * @param now        milliseconds since 1970; decides where ramps are
 * @param semantics  those that can tell it of their own flags; without one a flag that follows it is unknown
 */
export function outcomes(flag: Flag, now: number, semantics: readonly Semantics[] = []): OutcomeSet {
  try {
    return analysed(flag, now, semantics);
  } catch {
    return unknown; // no JSON, such as a list that says how it is to be copied
  }
}

function analysed(flag: Flag, now: number, semantics: readonly Semantics[]): OutcomeSet {
  if (flagProblems(flag).length > 0) return unknown;
  const { semantics: name = 'burgee-1', enabled, off } = flag;
  if (enabled && name !== 'burgee-1')
    return foreignOutcomes(
      flag,
      now,
      semantics.find((one) => one.name === name),
    );
  const served = enabled ? enabledServes(flag, now) : [off];
  const values = new Map<string, Outcome>();
  for (const outcome of served.flatMap((serve) => outcomesOf(serve, flag))) {
    values.set(canonical(outcome.value), outcome);
  }
  return { unknown: false, outcomes: [...values.values()] };
}

const unknown: OutcomeSet = { unknown: true, outcomes: [] };

function foreignOutcomes(flag: Flag, now: number, semantics: Semantics | undefined): OutcomeSet {
  try {
    return semantics?.outcomes?.(flag, now) ?? unknown;
  } catch {
    return unknown;
  }
}

function enabledServes(flag: Flag, now: number): Serve[] {
  const { off, requires = [], rules = [] } = flag;
  const served: Serve[] = requires.map(({ else: otherwise = off }) => otherwise);
  for (const rule of rules) {
    const share = shareAt(shareOf(rule.rollout), now);
    if (share === 0) continue;
    served.push(rule.serve === undefined ? 'on' : rule.serve);
    if (share === EVERYONE && !isMaybe(rule.if) && !isMaybe(rule.requires)) return served;
  }
  return [...served, flag.default];
}

function isMaybe(questions: readonly unknown[] | undefined): boolean {
  return questions !== undefined && questions.length > 0;
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
