import { byteLength, instantOf, versionOf } from './grammar.ts';
import { networkOf } from './network.ts';
import type { Operand, OperatorLimits } from './operators.generated.ts';
import {
  at,
  type Check,
  fault,
  fieldOf,
  grouped,
  INEXACT,
  isExact,
  isObject,
  isRecord,
  isText,
  isTruth,
  key,
  list,
  object,
  optional,
  type Place,
  text,
  typed,
  typeName,
} from './parse-json.ts';
import { NOW } from './ruleset.ts';

const KINDS = ['attr', 'segment', 'all', 'any', 'none'];
const LEVELS = 10;

const conditionsAt = (level: number): Check =>
  list((value, place) => condition(value, level, place), 0, 100, 'conditions');

export const conditions: Check = conditionsAt(1);

function condition(value: unknown, level: number, place: Place): void {
  if (!isObject(value, place)) return;
  const [kind, ...others] = KINDS.filter((name) => Object.hasOwn(value as object, name));
  if (kind === undefined || others.length > 0) fault(place, `expected one of ${KINDS.join(', ')}`);
  else if (kind === 'attr') attribute(value, place);
  else if (kind === 'segment') inSegment(value, place);
  else {
    const isDeep = level === LEVELS;
    object({ [kind]: isDeep ? () => {} : conditionsAt(level + 1) })(value, place);
    if (isDeep) fault(place, `conditions nest at most ${LEVELS} deep`);
  }
}

const inSegment: Check = object({ segment: key('key', () => false), not: optional(isTruth) });

const attributeFields: Check = object({
  attr: text(256),
  op: isText,
  values: () => {},
  not: optional(isTruth),
  ignoreCase: optional(isTruth),
});

function attribute(value: unknown, place: Place): void {
  attributeFields(value, place);
  if (!isRecord(value)) return;
  const [attr, op, values, ignoreCase] = ['attr', 'op', 'values', 'ignoreCase'].map((field) => fieldOf(value, field));
  if (typeof op !== 'string') return;
  const limits = fieldOf(place.operators, op);
  if (limits === undefined) {
    fault(at(place, 'op'), `unknown operator; known: ${Object.keys(place.operators).join(', ')}`);
    return;
  }
  const [operand] = limits;
  if (attr === NOW && operand !== 'date' && !place.isImported) {
    fault(at(place, 'op'), 'now is the time of the decision: it takes date_before and date_after');
  }
  if (ignoreCase !== undefined && !place.isImported && !isOfTexts(operand, values)) {
    fault(at(place, 'ignoreCase'), 'ignoreCase is for texts');
  }
  expectValues(values, op, limits, at(place, 'values'));
}

function isOfTexts(operand: Operand, values: unknown): boolean {
  return operand === 'text' || (operand === 'scalar' && Array.isArray(values) && typeof values[0] === 'string');
}

function expectValues(values: unknown, op: string, [operand, least, most]: OperatorLimits, place: Place): void {
  if ((values === undefined && least === 0) || !typed('array')(values, place)) return;
  const operands = values as readonly unknown[];
  if (operands.length < least || operands.length > most) {
    const range = `${grouped(least)} to ${grouped(most)} values`;
    fault(place, `${op} takes ${most === 0 ? 'no values' : most === 1 ? 'one value' : range}`);
    return;
  }
  for (const [i, value] of operands.entries()) expectOperand(value, op, operand, at(place, i));
  if (operand === 'scalar' && new Set(operands.map(typeName)).size > 1) {
    fault(place, 'all strings, all numbers or all booleans');
  }
}

/** What an operator wants, by the kind of its operands. */
const WANTED: Readonly<Record<Operand, string>> = {
  date: 'a date such as 2026-12-01T06:00:00Z',
  network: 'a network such as 10.0.0.0/8',
  none: 'nothing',
  number: 'a number',
  pattern: 'a regular expression',
  scalar: 'a string, a number or a boolean',
  text: 'a string',
  version: 'a version such as 1.2.3',
};

function expectOperand(value: unknown, op: string, operand: Operand, place: Place): void {
  const type = typeof value;
  const fits = operand === 'scalar' ? type in SCALARS : type === (operand === 'number' ? operand : 'string');
  if (!fits) fault(place, `operator ${op} wants ${WANTED[operand]}`);
  else if (!isExact(value)) fault(place, INEXACT);
  else if (type === 'string') expectOperandText(value as string, operand, place);
}

const SCALARS = { string: 0, number: 0, boolean: 0 };

function expectOperandText(value: string, operand: Operand, place: Place): void {
  const limit = operand === 'pattern' ? 256 : 1024;
  if (byteLength(value) > limit) fault(place, `at most ${grouped(limit)} bytes`);
  else if (operand === 'date') date(value, place);
  else if (operand === 'version' && versionOf(value) === undefined)
    fault(place, 'not a semantic version such as 1.2.3');
  else if (operand === 'network' && networkOf(value) === undefined) fault(place, `not ${WANTED.network}`);
}

/** RFC 3339. */
export const date: Check = (value, place) => {
  if (isText(value, place) && instantOf(value as string) === undefined)
    fault(place, 'not an RFC 3339 date with a zone');
};
