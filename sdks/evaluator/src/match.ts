import type { Matched, Matcher } from './compiled.ts';
import type { EvaluationContext, Fault } from './evaluation.ts';
import { instantOf } from './grammar.ts';
import { valueTest } from './operators.ts';
import { type AttributeCondition, type Condition, NOW, type SegmentCondition } from './ruleset.ts';
import { addFindings, type Scope } from './scope.ts';

/** Matches when each does; stops at the first that does not. */
export function matchEach(matchers: readonly Matcher[]): Matcher {
  const [first = always, ...others] = matchers;
  return others.length === 0 ? first : both(first, matchEach(others));
}

function both(first: Matcher, second: Matcher): Matcher {
  return (context, now) => {
    const matched = first(context, now);
    return matched === true ? second(context, now) : matched;
  };
}

function matchAny(matchers: readonly Matcher[]): Matcher {
  return (context, now) => {
    for (const matches of matchers) {
      const matched = matches(context, now);
      if (matched !== false) return matched;
    }
    return false;
  };
}

/** Each condition as a function; faults of the definition go to `scope.problems`. */
export function compileConditions(conditions: readonly Condition[], path: string, scope: Scope): Matcher[] {
  return conditions.map((condition, i) => compileCondition(condition, `${path}[${i}]`, scope));
}

/** One condition as a function. */
export function compileCondition(condition: Condition, path: string, scope: Scope): Matcher {
  if ('attr' in condition) return negated(matchAttribute(condition, path, scope), condition.not);
  if ('segment' in condition) return negated(matchSegment(condition, path, scope), condition.not);
  if ('all' in condition) return matchEach(compileConditions(condition.all, `${path}.all`, scope));
  if ('any' in condition) return matchAny(compileConditions(condition.any, `${path}.any`, scope));
  if ('none' in condition) return negated(matchAny(compileConditions(condition.none, `${path}.none`, scope)), true);
  scope.problems.push({ path, message: 'unknown condition' });
  return never;
}

function negated(matches: Matcher, not: boolean | undefined): Matcher {
  if (not !== true) return matches;
  return (context, now) => {
    const matched = matches(context, now);
    return typeof matched === 'boolean' ? !matched : matched;
  };
}

/** Whether a context is in a segment; a segment that is not there, or does not compile, is a problem. */
export function matchSegment({ segment }: SegmentCondition, path: string, scope: Scope): Matcher {
  const compiled = scope.segment(segment);
  if (compiled === undefined) {
    scope.problems.push({ path: `${path}.segment`, message: `unknown segment ${segment}` });
    return never;
  }
  for (const { path: at, message } of compiled.problems) {
    scope.problems.push({ path: `${path}.segment`, message: `segment ${segment}: ${at}: ${message}` });
  }
  addFindings(scope, compiled);
  return compiled.matches;
}

function matchAttribute({ attr, op, values = [] }: AttributeCondition, path: string, scope: Scope): Matcher {
  try {
    const test = valueTest(op, values, scope.regex);
    if (attr === NOW) {
      scope.instants.push(instantOf(String(values[0])) ?? 0);
      return (_context, now) => test(new Date(now)) ?? false;
    }
    scope.reads.add(attr);
    const read = reader(attr);
    return (context) => {
      const value = read(context);
      return value === undefined || value === null ? false : (test(value) ?? misfit(attr, op, value));
    };
  } catch (error) {
    scope.problems.push({ path, message: (error as Error).message });
    return never;
  }
}

/** Names that every object inherits, also those that a careless library added, are read only where the context has them itself. */
function reader(attr: string): (context: EvaluationContext) => unknown {
  const own = (context: EvaluationContext) => (Object.hasOwn(context, attr) ? context[attr] : undefined);
  return attr in {} ? own : (context) => (isPolluted() ? own(context) : context[attr]);
}

/** Whether something was added to the prototype of all objects; engines know the answer without looking. */
function isPolluted(): boolean {
  for (const _ in plain) return true;
  return false;
}

const plain = {};

function misfit(attr: string, op: string, value: unknown): Fault {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return { errorCode: 'INVALID_CONTEXT', errorMessage: `attribute ${attr} does not fit operator ${op}: got ${type}` };
}

function always(): Matched {
  return true;
}

function never(): Matched {
  return false;
}
