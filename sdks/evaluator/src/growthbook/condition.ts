import { isRecord } from '../parse-json.ts';
import type { Json } from '../ruleset.ts';
import { compilePath, noteRead } from './attributes.ts';
import type { ConditionScope, InnerScope, Language } from './condition-scope.ts';
import { savedGroupTest } from './groups.ts';
import { literalTest } from './literal.ts';
import { isOperators, operatorTest } from './operators.ts';
import { MALFORMED } from './stopped.ts';
import { always, every, never, not, some, type Test } from './verdict.ts';
import { asWritten } from './written.ts';

/** A whole condition as a yes or no; spec 0.8 may throw `MALFORMED`, where spec 0.12 says no. */
export function compileCondition(condition: unknown, scope: ConditionScope): (object: unknown) => boolean {
  if (isEmpty(condition)) return () => true;
  const test = conditionTest(asWritten(condition as Json, scope.texts), { ...scope, language });
  if (!scope.strict) return (object) => test(object) === true;
  return (object) => {
    try {
      return test(object) === true;
    } catch (error) {
      if (error === MALFORMED) return false;
      throw error;
    }
  };
}

const language: Language = { condition: conditionTest, value: valueTest };

/** Whether a condition asks for nothing. */
export function isEmpty(condition: unknown): boolean {
  return !condition || (isRecord(condition) && Object.keys(condition).length === 0);
}

/** Fields are paths or operators; all of them must hold. */
function conditionTest(condition: unknown, scope: InnerScope): Test {
  const fits = scope.strict ? isRecord(condition) : condition !== null && condition !== undefined;
  if (!fits) return malformed;
  return every(Object.entries(condition as object).map(([field, expected]) => fieldTest(field, expected, scope)));
}

function fieldTest(field: string, expected: unknown, scope: InnerScope): Test {
  if (field === '$or') return listTest(expected, scope, anyOf);
  if (field === '$nor') return listTest(expected, scope, (tests) => not(anyOf(tests)));
  if (field === '$and') return listTest(expected, scope, every);
  if (field === '$not') return not(conditionTest(expected, scope));
  if (field === '$savedGroup') return savedGroupTest(expected, scope);
  if (field === '$savedGroups' && scope.strict) return never;
  if (scope.isContext) noteRead(field.split('.')[0] as string, scope.reads);
  const read = compilePath(field, scope.isContext);
  const test = valueTest(expected, scope, false);
  return scope.strict ? (object) => test(read(object) ?? null) : (object) => test(read(object));
}

/** `$or` of nothing holds. */
function anyOf(tests: readonly Test[]): Test {
  return tests.length === 0 ? always : some(tests);
}

/** JavaScript walks whatever has a length, and takes what has none for an empty list. */
function listTest(list: unknown, scope: InnerScope, join: (tests: readonly Test[]) => Test): Test {
  if (Array.isArray(list)) return join(list.map((one) => conditionTest(one, scope)));
  if (scope.strict || list === null || typeof list === 'string' || (list as { length?: unknown }).length)
    return malformed;
  return join([]);
}

/** A value is asked by operators, or compared as it is. */
function valueTest(expected: unknown, scope: InnerScope, ignoreCase: boolean): Test {
  if (!isOperators(expected, scope.strict)) return literalTest(expected as Json, scope.strict, ignoreCase);
  const tests = Object.entries(expected).map(([operator, operand]) => operatorTest(operator, operand, scope));
  return every(tests);
}

function malformed(): never {
  throw MALFORMED;
}
