import { byteLength, instantOf, versionOf } from './grammar.ts';
import { type Operand, type OperatorLimits, operatorTable } from './operators.generated.ts';
import {
  at,
  atIndex,
  expectExact,
  expectFields,
  expectKey,
  expectText,
  expectType,
  fault,
  fieldOf,
  grouped,
  isRecord,
  type Place,
  typeName,
} from './parse-json.ts';
import { NOW } from './ruleset.ts';

/** Where a list of conditions stands. */
export interface Nesting {
  /** 1 for the conditions of a rule; 10 at most. */
  readonly level: number;
  readonly inSegment: boolean;
}

const KINDS = ['attr', 'segment', 'all', 'any', 'none'];
const LEVEL_LIMIT = 10;
const TEXT_LIMIT = 1024;
const PATTERN_LIMIT = 256;

export function expectConditions(conditions: unknown, nesting: Nesting, place: Place): void {
  if (!expectType(conditions, 'array', place)) return;
  const list = conditions as readonly unknown[];
  if (list.length > 100) {
    fault(place, 'at most 100 conditions');
    return;
  }
  for (const [i, condition] of list.entries()) expectCondition(condition, nesting, atIndex(place, i));
}

function expectCondition(condition: unknown, nesting: Nesting, place: Place): void {
  if (!expectType(condition, 'object', place) || !isRecord(condition)) return;
  const kinds = KINDS.filter((kind) => Object.hasOwn(condition, kind));
  const kind = kinds[0];
  if (kind === undefined || kinds.length > 1) {
    fault(place, `expected one of ${KINDS.join(', ')}`);
    return;
  }
  if (kind === 'attr') {
    expectAttribute(condition, place);
    return;
  }
  if (kind === 'segment') {
    expectSegment(condition, nesting, place);
    return;
  }
  expectFields(condition, [kind], place);
  if (nesting.level === LEVEL_LIMIT) {
    fault(place, `conditions nest at most ${LEVEL_LIMIT} deep`);
    return;
  }
  expectConditions(condition[kind], { ...nesting, level: nesting.level + 1 }, at(place, kind));
}

function expectSegment(condition: Record<string, unknown>, { inSegment }: Nesting, place: Place): void {
  expectFields(condition, ['segment', 'not'], place);
  if (inSegment) fault(at(place, 'segment'), 'a segment can not refer to a segment');
  else expectKey(condition.segment, 'key', at(place, 'segment'));
  if (Object.hasOwn(condition, 'not')) expectType(condition.not, 'boolean', at(place, 'not'));
}

function expectAttribute(condition: Record<string, unknown>, place: Place): void {
  expectFields(condition, ['attr', 'op', 'values', 'not'], place);
  expectText(condition.attr, 256, at(place, 'attr'));
  if (Object.hasOwn(condition, 'not')) expectType(condition.not, 'boolean', at(place, 'not'));
  const op = fieldOf(condition, 'op');
  if (!expectType(op, 'string', at(place, 'op'))) return;
  const name = op as string;
  const limits = Object.hasOwn(operatorTable, name) ? operatorTable[name] : undefined;
  if (limits === undefined) {
    fault(at(place, 'op'), `unknown operator; known: ${Object.keys(operatorTable).join(', ')}`);
    return;
  }
  if (condition.attr === NOW && limits.operand !== 'date') {
    fault(at(place, 'op'), 'now is the time of the decision: it takes date_before and date_after');
  }
  expectValues(fieldOf(condition, 'values'), { name, ...limits }, at(place, 'values'));
}

type Operator = OperatorLimits & { readonly name: string };

function expectValues(values: unknown, operator: Operator, place: Place): void {
  if (values === undefined && operator.minValues === 0) return;
  if (!expectType(values, 'array', place)) return;
  const list = values as readonly unknown[];
  if (list.length < operator.minValues || list.length > operator.maxValues) {
    fault(place, howMany(operator));
    return;
  }
  for (const [i, value] of list.entries()) expectOperand(value, operator, atIndex(place, i));
  if (operator.operand === 'scalar' && new Set(list.map(typeName)).size > 1) {
    fault(place, 'all strings, all numbers or all booleans');
  }
}

function howMany({ name, minValues, maxValues }: Operator): string {
  if (maxValues === 0) return `${name} takes no values`;
  if (maxValues === 1) return `${name} takes one value`;
  return `${name} takes ${grouped(minValues)} to ${grouped(maxValues)} values`;
}

/** What an operator wants, by the kind of its operands. */
const WANTED: Readonly<Record<Operand, string>> = {
  date: 'a date such as 2026-12-01T06:00:00Z',
  none: 'nothing',
  number: 'a number',
  pattern: 'a regular expression',
  scalar: 'a string, a number or a boolean',
  text: 'a string',
  version: 'a version such as 1.2.3',
};

function expectOperand(value: unknown, { name, operand }: Operator, place: Place): void {
  const type = typeName(value);
  const fits =
    operand === 'scalar'
      ? ['string', 'number', 'boolean'].includes(type)
      : type === (operand === 'number' ? operand : 'string');
  if (!fits) {
    fault(place, `operator ${name} wants ${WANTED[operand]}`);
    return;
  }
  if (type === 'number') {
    expectExact(value, place);
    return;
  }
  if (type === 'string') expectOperandText(value as string, operand, place);
}

function expectOperandText(value: string, operand: Operand, place: Place): void {
  const limit = operand === 'pattern' ? PATTERN_LIMIT : TEXT_LIMIT;
  if (byteLength(value) > limit) fault(place, `at most ${grouped(limit)} bytes`);
  else if (operand === 'date' && instantOf(value) === undefined) fault(place, 'not an RFC 3339 date with a zone');
  else if (operand === 'version' && versionOf(value) === undefined)
    fault(place, 'not a semantic version such as 1.2.3');
}
