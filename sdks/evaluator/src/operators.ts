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

const MOST_ITEMS = 1000;

type TestMaker = (values: readonly never[], fold: Fold, regex: RegexEngine | undefined) => ValueTest;

const makers: Readonly<Record<string, TestMaker>> = {
  equals: oneOf,
  in: oneOf,
  has_any: items('some'),
  has_all: items('every'),
  starts_with: someText('startsWith'),
  ends_with: someText('endsWith'),
  contains: someText('includes'),
  matches: pattern,
  in_cidr: network,
  exists: () => () => true,
};

type Read = (value: unknown) => unknown;

/** The first word of the operators that put values in an order: how to read a value. */
const readers = new Map<string, Read>(
  Object.entries({
    number,
    /** In JavaScript a `Date` too. */
    date: (value: unknown) => (value instanceof Date ? number(+value) : ofText(instantOf)(value)),
    semver: ofText(versionOf),
  }),
);

type Relation = (given: number, operand: number) => boolean;

/** Their second word. */
const relations: Readonly<Record<string, Relation>> = {
  eq: (given, operand) => given === operand,
  gt: (given, operand) => given > operand,
  gte: (given, operand) => given >= operand,
  lt: (given, operand) => given < operand,
  lte: (given, operand) => given <= operand,
  before: (given, operand) => given < operand,
  after: (given, operand) => given >= operand,
};

/**
 * Makes the test of an operator; operands are read once, here.
 *
 * @throws  Error for a condition that is none, and with a sentence for the flag's author where a pattern is refused
 */
export function valueTest({ op, values = [], ignoreCase }: AttributeCondition, regex?: RegexEngine): ValueTest {
  if (Object.hasOwn(makers, op))
    return (makers[op] as TestMaker)(values as never, ignoreCase === true ? folded : same, regex);
  const [kind = '', relation = ''] = op.split('_');
  const read = readers.get(kind) as Read;
  const passes = relations[relation] as Relation;
  const operand = read(values[0]) as never;
  return (value) => {
    const given = read(value);
    if (given === undefined) return undefined;
    return typeof given === 'string' ? passes(compareVersions(given, operand), 0) : passes(given as number, operand);
  };
}

function number(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

/** undefined for all that is no text. */
function ofText<Result>(read: (text: string) => Result): (value: unknown) => Result | undefined {
  return (value) => (typeof value === 'string' ? read(value) : undefined);
}

type Fold = (value: unknown) => unknown;

function same(value: unknown): unknown {
  return value;
}

/** Lower case, letter by letter: İ, whose lower case are two, stays, and Σ is σ at the end of a word too. */
export function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/(?!İ)\p{CWL}/gu, (letter) => letter.toLowerCase()) : value;
}

function oneOf(values: readonly Json[], fold: Fold): ValueTest {
  const type = typeof values[0];
  const texts = new Set(values.map(fold));
  const test = (value: unknown) =>
    typeof value === type && (type !== 'number' || Number.isFinite(value)) ? texts.has(fold(value)) : undefined;
  return type === 'string' && fold === same ? Object.assign(test, { texts }) : test;
}

/** Of the operands some or every one is among the items. */
function items(how: 'some' | 'every'): TestMaker {
  return (values, fold) => {
    const operands = values.map(fold);
    return (value) => {
      const given = Array.isArray(value) && value.length <= MOST_ITEMS ? new Set(value.map(fold)) : undefined;
      return given && operands[how]((operand) => given.has(operand));
    };
  };
}

function someText(passes: 'startsWith' | 'endsWith' | 'includes'): TestMaker {
  return (values, fold) => {
    const operands = values.map(fold) as string[];
    return ofText((value) => {
      const text = fold(value) as string;
      for (const operand of operands) if (text[passes](operand)) return true;
      return false;
    });
  };
}

function pattern([operand]: readonly string[], _: Fold, regex: RegexEngine | undefined): ValueTest {
  if (!regex) throw new Error('operator matches needs the regular expression engine');
  return ofText(regex.compile(operand as string));
}

function network(values: readonly string[]): ValueTest {
  const networks = values.map((value) => networkOf(value) as Network);
  return ofText((value) => {
    const address = addressOf(value);
    return address !== undefined && networks.some((one) => isIn(one, address));
  });
}
