import { utf8 } from './bucket.ts';
import { compareVersions, instantOf, versionOf } from './grammar.ts';
import { addressOf, isIn, type Network, networkOf } from './network.ts';
import type { AttributeCondition, Json } from './ruleset.ts';
import type { RegexEngine } from './scope.ts';

/** Whether a context's value passes; undefined: it is of a type that the operator does not take. */
export interface ValueTest {
  (value: unknown): boolean | undefined;
  /** The texts that pass, where nothing else is asked. */
  readonly texts?: ReadonlySet<unknown>;
}

/** Longest text, in UTF-8 bytes, that a pattern is applied to. */
const SUBJECT_BYTES = 512;
const MOST_ITEMS = 1000;

type TestMaker = (values: readonly Json[], fold: Fold, regex: RegexEngine | undefined) => ValueTest;

const makers: Readonly<Record<string, TestMaker>> = {
  equals: oneOf,
  in: oneOf,
  has_any: (values, fold) => items(values, fold, (has, operands) => operands.some(has)),
  has_all: (values, fold) => items(values, fold, (has, operands) => operands.every(has)),
  starts_with: (values, fold) => someText(values, fold, (value, operand) => value.startsWith(operand)),
  ends_with: (values, fold) => someText(values, fold, (value, operand) => value.endsWith(operand)),
  contains: (values, fold) => someText(values, fold, (value, operand) => value.includes(operand)),
  matches: pattern,
  in_cidr: network,
  exists: () => () => true,
};

type Order = readonly [read: (value: unknown) => unknown, compare: (value: never, operand: never) => number];

/** The first word of the operators that put values in an order: how to read a value, and to compare two. */
const orders: Readonly<Record<string, Order>> = {
  number: [numberOf, minus],
  date: [dateOf, minus],
  semver: [semverOf, compareVersions],
};

/** Their second word, of the order: negative where the context's value comes before the operand. */
const relations: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  before: (order) => order < 0,
  after: (order) => order >= 0,
};

/**
 * Makes the test of an operator; operands are read once, here.
 *
 * @throws  Error for a condition that is none, and with a sentence for the flag's author where a pattern is refused
 */
export function valueTest({ op, values = [], ignoreCase }: AttributeCondition, regex?: RegexEngine): ValueTest {
  if (Object.hasOwn(makers, op)) return (makers[op] as TestMaker)(values, ignoreCase === true ? folded : same, regex);
  const [kind = '', relation = ''] = op.split('_');
  const [read, compare] = orders[kind] as Order;
  const passes = relations[relation] as (order: number) => boolean;
  const operand = read(values[0]) as never;
  return (value) => {
    const given = read(value);
    return given === undefined ? undefined : passes(compare(given as never, operand));
  };
}

type Fold = (value: unknown) => unknown;

function same(value: unknown): unknown {
  return value;
}

/** Lower case, code point by code point: İ, whose lower case are two, stays, and Σ is σ at the end of a word too. */
export function folded(value: unknown): unknown {
  return typeof value === 'string'
    ? value.replace(/[^İΣ]+/g, (part) => part.toLowerCase()).replaceAll('Σ', 'σ')
    : value;
}

function oneOf(values: readonly Json[], fold: Fold): ValueTest {
  const type = typeof values[0];
  const set = new Set(values.map(fold));
  if (type === 'string' && fold === same) {
    return Object.assign((value: unknown) => (typeof value === 'string' ? set.has(value) : undefined), { texts: set });
  }
  return (value) => {
    if (typeof value !== type || (type === 'number' && !Number.isFinite(value))) return undefined;
    return set.has(fold(value));
  };
}

function items(
  values: readonly Json[],
  fold: Fold,
  passes: (has: (operand: unknown) => boolean, operands: readonly unknown[]) => boolean,
): ValueTest {
  const operands = values.map(fold);
  return (value) => {
    if (!Array.isArray(value) || value.length > MOST_ITEMS) return undefined;
    const set = new Set(value.map(fold));
    return passes((operand) => set.has(operand), operands);
  };
}

function someText(values: readonly Json[], fold: Fold, passes: (value: string, operand: string) => boolean): ValueTest {
  const operands = values.map(fold) as string[];
  return (value) => {
    if (typeof value !== 'string') return undefined;
    const text = fold(value) as string;
    for (const operand of operands) if (passes(text, operand)) return true;
    return false;
  };
}

function pattern([operand]: readonly Json[], _: Fold, regex: RegexEngine | undefined): ValueTest {
  if (regex === undefined) throw new Error('operator matches needs the regular expression engine');
  const test = regex.compile(operand as string);
  const fits = (text: string) => text.length <= SUBJECT_BYTES && utf8(text).length <= SUBJECT_BYTES;
  return (value) => (typeof value === 'string' && fits(value) ? test(value) : undefined);
}

function network(values: readonly Json[]): ValueTest {
  const networks = values.map((value) => networkOf(value as string) as Network);
  return (value) => {
    if (typeof value !== 'string') return undefined;
    const address = addressOf(value);
    return address !== undefined && networks.some((one) => isIn(one, address));
  };
}

function minus(value: number, operand: number): number {
  return value - operand;
}

function numberOf(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

/** Milliseconds since 1970 of a text or, in JavaScript, of a `Date`. */
function dateOf(value: unknown): number | undefined {
  return typeof value === 'string' ? instantOf(value) : value instanceof Date ? numberOf(value.getTime()) : undefined;
}

function semverOf(value: unknown): string | undefined {
  return typeof value === 'string' ? versionOf(value) : undefined;
}
