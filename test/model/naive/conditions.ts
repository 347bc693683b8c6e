import { RE2JS } from 're2js';
import type { Condition, Context, Json, NaiveRuleset } from './document.ts';
import { bytesOf, compareVersions, fold, readAddress, readDate, readNetwork, readVersion } from './values.ts';

/** Ends a decision in an error. */
export class Fault extends Error {}

export function invalid(): never {
  throw new Fault('INVALID_CONTEXT');
}

/** What the context itself has; undefined: nothing, or null. */
export function attributeOf(context: Context, name: string): unknown {
  return Object.hasOwn(context, name) ? (context[name] ?? undefined) : undefined;
}

interface Asked {
  readonly ruleset: NaiveRuleset;
  readonly context: Context;
  readonly now: number;
}

export function matchesAll(conditions: readonly Condition[], asked: Asked): boolean {
  return conditions.every((condition) => matches(condition, asked));
}

function matches(condition: Condition, asked: Asked): boolean {
  if (condition.all) return matchesAll(condition.all, asked);
  if (condition.any) return condition.any.some((one) => matches(one, asked));
  if (condition.none) return !condition.none.some((one) => matches(one, asked));
  const turned = condition.not === true;
  return (condition.segment === undefined ? asks(condition, asked) : isIn(condition.segment, asked)) !== turned;
}

function isIn(key: string, asked: Asked): boolean {
  const segment = asked.ruleset.segments[key] as NaiveRuleset['segments'][string];
  const targetingKey = attributeOf(asked.context, 'targetingKey');
  const hasLists = (segment.exclude ?? []).length + (segment.include ?? []).length > 0;
  if (hasLists && targetingKey !== undefined && typeof targetingKey !== 'string') invalid();
  if (segment.exclude?.includes(targetingKey as string)) return false;
  if (segment.include?.includes(targetingKey as string)) return true;
  return segment.if !== undefined && matchesAll(segment.if, asked);
}

function asks({ attr = '', op = '', values = [], ignoreCase }: Condition, { context, now }: Asked): boolean {
  if (attr === 'now') return op === 'date_before' ? now < instant(values[0]) : now >= instant(values[0]);
  const given = attributeOf(context, attr);
  if (given === undefined) return false;
  if (op === 'exists') return true;
  const same = (one: unknown) => (ignoreCase && typeof one === 'string' ? fold(one) : one);
  const listed = values.map(same) as Json[];
  if (op === 'has_any' || op === 'has_all') {
    if (!Array.isArray(given) || given.length > 1000) invalid();
    const items = given.map(same);
    return op === 'has_any'
      ? listed.some((value) => items.some((item) => item === value))
      : listed.every((value) => items.some((item) => item === value));
  }
  return compares(op, same(given), listed);
}

function compares(op: string, given: unknown, values: readonly Json[]): boolean {
  const [first] = values;
  if (op === 'equals' || op === 'in') {
    if (typeof given !== typeof first || (typeof given === 'number' && !Number.isFinite(given))) invalid();
    return values.some((value) => value === given);
  }
  if (op.startsWith('number_')) {
    if (typeof given !== 'number' || !Number.isFinite(given)) invalid();
    return ordered(op.slice(7), given - (first as number));
  }
  if (typeof given !== 'string') invalid();
  if (op === 'starts_with') return values.some((value) => given.startsWith(value as string));
  if (op === 'ends_with') return values.some((value) => given.endsWith(value as string));
  if (op === 'contains') return values.some((value) => given.includes(value as string));
  if (op === 'date_before') return instant(given) < instant(first);
  if (op === 'date_after') return instant(given) >= instant(first);
  if (op === 'in_cidr') {
    const address = readAddress(given);
    return address !== undefined && values.some((value) => address.startsWith(readNetwork(value as string) as string));
  }
  if (op === 'matches') {
    if (bytesOf(given).length > 512) invalid();
    return RE2JS.compile(first as string)
      .matcher(given)
      .find();
  }
  const [version, than] = [readVersion(given), readVersion(first as string)];
  if (version === undefined || than === undefined) return invalid();
  return ordered(op.slice(7), compareVersions(version, than));
}

function instant(text: unknown): number {
  return readDate(text as string) ?? invalid();
}

function ordered(op: string, difference: number): boolean {
  if (op === 'eq') return difference === 0;
  if (op === 'gt') return difference > 0;
  if (op === 'gte') return difference >= 0;
  if (op === 'lt') return difference < 0;
  return difference <= 0;
}
