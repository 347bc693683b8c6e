import type { Outcome, OutcomeSet } from '../outcomes.ts';
import type { Flag } from '../ruleset.ts';
import { variantName } from './encode.ts';
import { readFlag } from './targeting.ts';
import { isList, isMap, isScalar, isTrue } from './value.ts';
import { LEVELS } from './work.ts';

/**
 * What a flag can serve to anyone: without targeting its default, else what its `if`s and `fractional`s end in.
 *
 * Unknown where an end is computed.
 */
export function outcomesOf(flag: Flag): OutcomeSet {
  if (!flag.enabled) return { unknown: false, outcomes: [{}] };
  const read = readFlag(flag);
  if (read === undefined) return UNKNOWN;
  const ends = read.targeting === undefined ? [null] : endsOf(read.targeting, 0);
  if (ends === undefined) return UNKNOWN;
  const byName = new Map<string, Outcome>();
  for (const end of ends) {
    const name = end === null ? read.defaultVariant : nameOf(end);
    const value = name === null || !Object.hasOwn(flag.variants, name) ? undefined : flag.variants[name];
    const outcome = value === undefined ? {} : { value };
    byName.set(JSON.stringify(outcome), outcome);
  }
  return { unknown: false, outcomes: [...byName.values()] };
}

const UNKNOWN: OutcomeSet = { unknown: true, outcomes: [] };

function nameOf(end: unknown): string | null {
  return typeof end === 'number' && !Number.isFinite(end) ? null : variantName(end);
}

/** undefined: they can not be told. */
function endsOf(logic: unknown, level: number): unknown[] | undefined {
  if (logic === null || isScalar(logic)) return [logic];
  if (!isMap(logic) || level > LEVELS) return undefined;
  const [name, second] = Object.keys(logic);
  if (name === undefined || second !== undefined) return undefined;
  const args = logic[name];
  if (!isList(args)) return undefined;
  if (name === 'if' || name === '?:') return endsOfIf(args, level);
  return name === 'fractional' ? endsOfFractional(args, level) : undefined;
}

function endsOfIf(args: readonly unknown[], level: number): unknown[] | undefined {
  const ends: unknown[] = [];
  for (let i = 0; i + 1 < args.length; i += 2) {
    const condition = args[i] ?? null;
    const fixed = condition === null || isScalar(condition);
    if (fixed && !isTrue(condition)) continue;
    const clause = endsOf(args[i + 1] ?? null, level + 1);
    if (clause === undefined) return undefined;
    ends.push(...clause);
    if (fixed) return ends;
  }
  const last = args.length % 2 === 1 ? endsOf(args.at(-1) ?? null, level + 1) : [null];
  return last && [...ends, ...last];
}

/** Also null: who has no bucketing value gets the default. */
function endsOfFractional(args: readonly unknown[], level: number): unknown[] | undefined {
  const first = args[0];
  const arms = isList(first) ? args : args.slice(1);
  const ends: unknown[] = typeof first === 'string' ? [] : [null];
  for (const arm of arms) {
    if (!isList(arm) || arm.length === 0) return [null];
    const weight = arm[1] ?? 1;
    if (isScalar(weight) && !(typeof weight === 'number' && Number.isInteger(weight))) return [null];
    if (typeof weight === 'number' && weight <= 0) continue;
    if (typeof weight !== 'number') ends.push(null);
    const end = endsOf(arm[0] ?? null, level + 1);
    if (end === undefined) return undefined;
    ends.push(...end);
  }
  return ends.length === 0 ? [null] : ends;
}
