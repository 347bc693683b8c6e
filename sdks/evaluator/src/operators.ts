import { byteLength, compareVersions, instantOf, versionOf } from './grammar.ts';
import { addressOf, isIn, networkOf } from './network.ts';
import type { Json } from './ruleset.ts';
import type { RegexEngine } from './scope.ts';

/** Whether a context's value passes; undefined: it is of a type that the operator does not take. */
export type ValueTest = (value: unknown) => boolean | undefined;

/** Longest text, in UTF-8 bytes, that a pattern is applied to. */
const SUBJECT_LIMIT = 512;
const ITEM_LIMIT = 1000;

type TestMaker = (values: readonly Json[], regex: RegexEngine | undefined) => ValueTest;

const makers: Readonly<Record<string, TestMaker>> = {
  equals: oneOf,
  in: oneOf,
  starts_with: (values) => someText(values, (value, operand) => value.startsWith(operand)),
  ends_with: (values) => someText(values, (value, operand) => value.endsWith(operand)),
  contains: (values) => someText(values, (value, operand) => value.includes(operand)),
  matches: pattern,
  number_eq: (values) => ordered(values, numberOf, (order) => order === 0),
  number_gt: (values) => ordered(values, numberOf, (order) => order > 0),
  number_gte: (values) => ordered(values, numberOf, (order) => order >= 0),
  number_lt: (values) => ordered(values, numberOf, (order) => order < 0),
  number_lte: (values) => ordered(values, numberOf, (order) => order <= 0),
  date_before: (values) => ordered(values, dateOf, (order) => order < 0),
  date_after: (values) => ordered(values, dateOf, (order) => order >= 0),
  semver_eq: (values) => version(values, (order) => order === 0),
  semver_gt: (values) => version(values, (order) => order > 0),
  semver_gte: (values) => version(values, (order) => order >= 0),
  semver_lt: (values) => version(values, (order) => order < 0),
  semver_lte: (values) => version(values, (order) => order <= 0),
  in_cidr: (values) => network(values.map(textOf)),
  has_any: (values) => items(values, (has, operands) => operands.some(has)),
  has_all: (values) => items(values, (has, operands) => operands.every(has)),
  exists: () => () => true,
};

/**
 * Makes the test of an operator; operands are read once, here.
 *
 * @throws  Error with a sentence for the flag's author: unknown operator, operands that do not fit, a refused pattern
 */
export function valueTest(op: string, values: readonly Json[], regex: RegexEngine | undefined): ValueTest {
  const make = Object.hasOwn(makers, op) ? makers[op] : undefined;
  if (make === undefined) throw new Error(`unknown operator ${op}`);
  return make(values, regex);
}

function oneOf(values: readonly Json[]): ValueTest {
  const type = typeof values[0];
  const set = new Set<unknown>(values);
  const isOther = (value: unknown) => typeof value === type && (type !== 'number' || Number.isFinite(value));
  return (value) => (set.has(value) ? true : isOther(value) ? false : undefined);
}

function someText(values: readonly Json[], passes: (value: string, operand: string) => boolean): ValueTest {
  const operands = values.map(textOf);
  return (value) => {
    if (typeof value !== 'string') return undefined;
    for (const operand of operands) if (passes(value, operand)) return true;
    return false;
  };
}

function pattern(values: readonly Json[], regex: RegexEngine | undefined): ValueTest {
  if (regex === undefined) throw new Error('operator matches needs the regular expression engine');
  const test = regex.compile(textOf(values[0]));
  return (value) => (typeof value === 'string' && byteLength(value) <= SUBJECT_LIMIT ? test(value) : undefined);
}

function ordered(
  values: readonly Json[],
  read: (value: unknown) => number | undefined,
  passes: (order: number) => boolean,
): ValueTest {
  const operand = read(values[0]);
  if (operand === undefined) throw misfit(values[0]);
  return (value) => {
    const number = read(value);
    return number === undefined ? undefined : passes(number - operand);
  };
}

function version(values: readonly Json[], passes: (order: number) => boolean): ValueTest {
  const operand = versionOf(textOf(values[0]));
  if (operand === undefined) throw misfit(values[0]);
  return (value) => {
    const read = typeof value === 'string' ? versionOf(value) : undefined;
    return read === undefined ? undefined : passes(compareVersions(read, operand));
  };
}

function network(texts: readonly string[]): ValueTest {
  const networks = texts.flatMap((text) => networkOf(text) ?? []);
  return (value) => {
    const address = typeof value === 'string' ? addressOf(value) : undefined;
    if (address === undefined) return typeof value === 'string' ? false : undefined;
    return networks.some((one) => isIn(one, address));
  };
}

function items(
  values: readonly Json[],
  passes: (has: (operand: Json) => boolean, operands: readonly Json[]) => boolean,
): ValueTest {
  return (value) => {
    if (!Array.isArray(value) || value.length > ITEM_LIMIT) return undefined;
    const set = new Set(value);
    return passes((operand) => set.has(operand), values);
  };
}

function numberOf(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

/** Milliseconds since 1970 of a text or, in JavaScript, of a `Date`. */
function dateOf(value: unknown): number | undefined {
  return typeof value === 'string' ? instantOf(value) : value instanceof Date ? numberOf(value.getTime()) : undefined;
}

function textOf(value: Json | undefined): string {
  if (typeof value !== 'string') throw misfit(value);
  return value;
}

function misfit(value: Json | undefined): Error {
  return new Error(`an operand does not fit: ${JSON.stringify(value)}`);
}
