import { isRecord } from '../parse-json.ts';
import type { Json } from '../ruleset.ts';
import type { InnerScope } from './condition-scope.ts';
import { groupTest } from './groups.ts';
import { membership } from './membership.ts';
import { Refused } from './refused.ts';
import { compileRegex, SUBJECT_LIMIT } from './regex.ts';
import { MALFORMED, Stopped } from './stopped.ts';
import { every, never, not, type Test, unknown, type Verdict } from './verdict.ts';
import { paddedVersion } from './version.ts';

/** Whether an object holds operators only; one without any field does so in spec 0.12. */
export function isOperators(value: unknown, strict: boolean): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const fields = Object.keys(value);
  return (strict || fields.length > 0) && fields.every((field) => field.startsWith('$'));
}

type Operator = (operand: unknown, scope: InnerScope) => Test;

/** Conditions that stand where operators are expected: known, and never true. */
const CONDITIONS = ['$or', '$nor', '$and', '$savedGroup'];

/** One operator and its operand as a test; no operand makes this throw. */
export function operatorTest(operator: string, operand: unknown, scope: InnerScope): Test {
  const make = OPERATORS.get(operator);
  if (make !== undefined) return make(operand, scope);
  return scope.strict && !CONDITIONS.includes(operator) ? unknown : never;
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['$eq', (operand) => (value) => value === operand],
  ['$ne', (operand) => (value) => value !== operand],
  ['$lt', ordered((value, operand) => value < operand)],
  ['$lte', ordered((value, operand) => value <= operand)],
  ['$gt', ordered((value, operand) => value > operand)],
  ['$gte', ordered((value, operand) => value >= operand)],
  ['$veq', versions((value, operand) => value === operand)],
  ['$vne', (operand, scope) => not(versions((value, expected) => value === expected)(operand, scope))],
  ['$vlt', versions((value, operand) => value < operand)],
  ['$vlte', versions((value, operand) => value <= operand)],
  ['$vgt', versions((value, operand) => value > operand)],
  ['$vgte', versions((value, operand) => value >= operand)],
  ['$exists', (operand) => (value) => (value !== null && value !== undefined) === Boolean(operand)],
  ['$type', (operand) => (value) => typeOf(value) === operand],
  ['$in', listed((list) => membership(list, false))],
  ['$nin', listed((list) => not(membership(list, false)))],
  ['$ini', listed((list) => membership(list, true))],
  ['$nini', listed((list) => not(membership(list, true)))],
  ['$all', listed((list, scope) => allTest(list, scope, false))],
  ['$alli', listed((list, scope) => allTest(list, scope, true))],
  ['$inGroup', (operand, scope) => groupTest(operand, scope, false)],
  ['$notInGroup', (operand, scope) => groupTest(operand, scope, true)],
  ['$not', (operand, scope) => not(scope.language.value(operand, scope, false))],
  ['$size', sizeTest],
  ['$elemMatch', elementTest],
  ['$regex', (operand, scope) => regexTest(operand, scope, false)],
  ['$regexi', (operand, scope) => regexTest(operand, scope, true)],
]);

/** Spec 0.8 orders as JavaScript does, whatever the types; spec 0.12 only two numbers or two texts. */
function ordered(compare: (value: never, operand: never) => boolean): Operator {
  const holds = compare as (value: unknown, operand: unknown) => boolean;
  return (operand, { strict }) =>
    strict ? (value) => areComparable(value, operand) && holds(value, operand) : (value) => holds(value, operand);
}

function versions(compare: (value: string, operand: string) => boolean): Operator {
  return (operand, { strict }) => {
    const expected = paddedVersion(operand);
    return (value) => (!strict || areComparable(value, operand)) && compare(paddedVersion(value), expected);
  };
}

function areComparable(one: unknown, other: unknown): boolean {
  return typeof one === typeof other && (typeof one === 'string' || typeof one === 'number');
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** An operand that is no list makes an operator and its opposite false alike. */
function listed(make: (list: readonly unknown[], scope: InnerScope) => Test): Operator {
  return (operand, scope) => (Array.isArray(operand) ? make(operand, scope) : never);
}

/** Each of the list must hold for at least one item. */
function allTest(list: readonly unknown[], scope: InnerScope, ignoreCase: boolean): Test {
  const all = every(list.map((expected) => anyItem(scope.language.value(expected, scope, ignoreCase))));
  return (value) => (Array.isArray(value) ? all(value) : false);
}

function anyItem(test: Test): Test {
  return (items) => {
    let verdict: Verdict = false;
    for (const item of items as unknown[]) {
      const one = test(item);
      if (one === true) return true;
      if (one === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function sizeTest(operand: unknown, scope: InnerScope): Test {
  const test = scope.language.value(operand as Json, scope, false);
  return (value) => (Array.isArray(value) ? test(value.length) : false);
}

/** Operators ask each item itself, anything else its fields; an item that is null is passed over. */
function elementTest(operand: unknown, scope: InnerScope): Test {
  const inner = { ...scope, isContext: false };
  const asksItem =
    isOperators(operand, scope.strict) && !(scope.strict && CONDITIONS.some((one) => Object.hasOwn(operand, one)));
  // JavaScript lists the fields of the operand before it looks at any item
  if (operand === null && !scope.strict) return (value) => (Array.isArray(value) ? malformed() : false);
  const any = anyItem(
    asksItem ? scope.language.value(operand, inner, false) : scope.language.condition(operand, inner),
  );
  return (value) => {
    if (!Array.isArray(value)) return false;
    const items = value.filter((item) => item !== null && item !== undefined);
    return items.length > 0 && any(items);
  };
}

function malformed(): never {
  throw MALFORMED;
}

/** Spec 0.8 looks at the text of any value, so a missing one is `null`; spec 0.12 only at texts. */
function regexTest(operand: unknown, { strict, refuse }: InnerScope, ignoreCase: boolean): Test {
  if (typeof operand !== 'string') return never;
  try {
    const find = compileRegex(operand, ignoreCase);
    if (find === undefined) return never;
    const long = new Stopped({
      errorCode: 'INVALID_CONTEXT',
      errorMessage: `a text for the pattern ${operand} has more than ${SUBJECT_LIMIT} characters`,
    });
    return (value) => {
      if (strict && typeof value !== 'string') return false;
      const text = textOf(value);
      if (text === undefined) return false;
      if (text.length > SUBJECT_LIMIT) throw long;
      return find(text);
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refuse(`the pattern ${operand}: ${error.message}`);
    return never;
  }
}

/** undefined: the value can not be made a text, such as an object without a prototype. */
function textOf(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? value : String(value);
  } catch {
    return undefined;
  }
}
