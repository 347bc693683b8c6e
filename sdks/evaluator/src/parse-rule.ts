import { instantOf } from './grammar.ts';
import { expectConditions } from './parse-condition.ts';
import {
  at,
  atIndex,
  expectFields,
  expectKey,
  expectText,
  expectType,
  fault,
  fieldOf,
  isRecord,
  type Place,
  typeName,
} from './parse-json.ts';

/** What rules may refer to in their flag. */
export interface FlagOutline {
  readonly variants: ReadonlySet<unknown>;
  readonly isBoolean: boolean;
}

export function expectRules(rules: unknown, flag: FlagOutline, place: Place): void {
  if (!expectType(rules, 'array', place)) return;
  const list = rules as readonly unknown[];
  if (list.length > 200) {
    fault(place, 'at most 200 rules');
    return;
  }
  const ids = new Set<unknown>();
  for (const [i, rule] of list.entries()) {
    expectRule(rule, flag, atIndex(place, i));
    const id = isRecord(rule) ? fieldOf(rule, 'id') : undefined;
    if (typeof id === 'string' && ids.has(id)) fault(at(atIndex(place, i), 'id'), 'two rules have this id');
    ids.add(id);
  }
}

function expectRule(rule: unknown, flag: FlagOutline, place: Place): void {
  if (!expectType(rule, 'object', place) || !isRecord(rule)) return;
  expectFields(rule, ['id', 'name', 'if', 'requires', 'rollout', 'serve'], place);
  expectRuleId(fieldOf(rule, 'id'), at(place, 'id'));
  if (Object.hasOwn(rule, 'name')) expectText(rule.name, 256, at(place, 'name'));
  if (Object.hasOwn(rule, 'if')) expectConditions(rule.if, { level: 1, inSegment: false }, at(place, 'if'));
  if (Object.hasOwn(rule, 'requires')) expectRequirements(rule.requires, at(place, 'requires'));
  if (Object.hasOwn(rule, 'rollout')) expectRollout(rule.rollout, at(place, 'rollout'));
  if (Object.hasOwn(rule, 'serve')) expectServe(rule.serve, flag.variants, at(place, 'serve'));
  else if (!flag.isBoolean) fault(at(place, 'serve'), 'is missing: only a boolean flag may leave it out');
  else expectVariant('on', flag.variants, at(place, 'serve'));
}

function expectRuleId(id: unknown, place: Place): void {
  if (!expectType(id, 'string', place)) return;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id as string)) fault(place, 'rule id has 1 to 64 of A-Z a-z 0-9 _ -');
}

export function expectRequirements(requires: unknown, place: Place): void {
  if (!expectType(requires, 'array', place)) return;
  const list = requires as readonly unknown[];
  if (list.length > 20) {
    fault(place, 'at most 20 requirements');
    return;
  }
  for (const [i, requirement] of list.entries()) expectRequirement(requirement, atIndex(place, i));
}

function expectRequirement(requirement: unknown, place: Place): void {
  if (!expectType(requirement, 'object', place) || !isRecord(requirement)) return;
  expectFields(requirement, ['flag', 'variants'], place);
  expectKey(fieldOf(requirement, 'flag'), 'key', at(place, 'flag'));
  const variants = fieldOf(requirement, 'variants');
  const listed = at(place, 'variants');
  if (!expectType(variants, 'array', listed)) return;
  const names = variants as readonly unknown[];
  if (names.length < 1 || names.length > 100) {
    fault(listed, '1 to 100 variants');
    return;
  }
  for (const [i, name] of names.entries()) expectKey(name, 'variant name', atIndex(listed, i));
}

export function expectServe(serve: unknown, variants: ReadonlySet<unknown>, place: Place): void {
  if (serve === null) return;
  if (typeof serve === 'string') {
    expectVariant(serve, variants, place);
    return;
  }
  if (!isRecord(serve)) {
    fault(place, serve === undefined ? 'is missing' : `expected variant, null or split, got ${typeName(serve)}`);
    return;
  }
  expectFields(serve, ['split'], place);
  expectSplit(fieldOf(serve, 'split'), variants, at(place, 'split'));
}

function expectVariant(name: string, variants: ReadonlySet<unknown>, place: Place): void {
  if (!variants.has(name)) fault(place, `no variant named ${name}`);
}

const WEIGHTS = 'weights are in 1/1000 % and sum to 100,000';

function expectSplit(split: unknown, variants: ReadonlySet<unknown>, place: Place): void {
  if (!expectType(split, 'array', place)) return;
  const seen = new Set<unknown>();
  let sum = 0;
  for (const [i, part] of (split as readonly unknown[]).entries()) {
    const here = atIndex(place, i);
    const [name, weight] = Array.isArray(part) && part.length === 2 ? part : [undefined, undefined];
    if (typeof name !== 'string' || typeof weight !== 'number') {
      fault(here, 'expected [variant, weight]');
      sum = Number.NaN;
      continue;
    }
    expectVariant(name, variants, atIndex(here, 0));
    if (seen.has(name)) fault(atIndex(here, 0), 'this variant has a weight already');
    seen.add(name);
    const isWeight = Number.isInteger(weight) && weight >= 0 && weight <= 100_000;
    if (!isWeight) fault(atIndex(here, 1), WEIGHTS);
    sum += isWeight ? weight : Number.NaN;
  }
  if (!Number.isNaN(sum) && sum !== 100_000) fault(place, WEIGHTS);
}

function expectRollout(rollout: unknown, place: Place): void {
  if (typeof rollout === 'number') {
    expectPercent(rollout, place);
    return;
  }
  if (!isRecord(rollout)) {
    fault(place, `expected percentage or ramp, got ${typeName(rollout)}`);
    return;
  }
  expectFields(rollout, ['from', 'to', 'start', 'end'], place);
  const [from, to, start, end] = ['from', 'to', 'start', 'end'].map((name) => fieldOf(rollout, name));
  if (expectType(from, 'number', at(place, 'from'))) expectPercent(from as number, at(place, 'from'));
  if (expectType(to, 'number', at(place, 'to'))) expectPercent(to as number, at(place, 'to'));
  if (isPercent(from) && isPercent(to) && to < from) fault(at(place, 'to'), 'a ramp only rises: to is below from');
  const startMs = expectDate(start, at(place, 'start'));
  const endMs = expectDate(end, at(place, 'end'));
  if (startMs !== undefined && endMs !== undefined && endMs <= startMs) {
    fault(at(place, 'end'), 'the end must come after the start');
  }
}

/** With three decimals at most, a thousand times the percentage is a whole number of buckets. */
function isPercent(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 100 && Math.round(value * 1000) / 1000 === value;
}

function expectPercent(value: number, place: Place): void {
  if (!isPercent(value)) fault(place, 'a percentage is 0 to 100 with at most 3 decimals');
}

function expectDate(value: unknown, place: Place): number | undefined {
  if (!expectType(value, 'string', place)) return undefined;
  const instant = instantOf(value as string);
  if (instant === undefined) fault(place, 'not an RFC 3339 date with a zone');
  return instant;
}
