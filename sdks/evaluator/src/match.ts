import type { Matcher } from './compiled.ts';
import type { Fault } from './evaluation.ts';
import { instantOf } from './grammar.ts';
import { valueTest } from './operators.ts';
import { type AttributeCondition, type Condition, NOW, type SegmentCondition } from './ruleset.ts';
import { addFindings, type Scope } from './scope.ts';

/** Matches when each does; stops at the first that does not. */
export function matchEach(matchers: readonly Matcher[]): Matcher {
  const [first, ...others] = matchers;
  if (first === undefined) return () => true;
  if (others.length === 0) return first;
  return (context, now) => {
    for (const matches of matchers) {
      const matched = matches(context, now);
      if (matched !== true) return matched;
    }
    return true;
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

/** Each condition as a function; what it finds out goes to the scope. */
export function compileConditions(conditions: readonly Condition[], path: string, scope: Scope): Matcher[] {
  return conditions.map((condition, i) => compileCondition(condition, `${path}[${i}]`, scope));
}

/** One condition as a function. */
export function compileCondition(condition: Condition, path: string, scope: Scope): Matcher {
  if ('attr' in condition) return negated(matchAttribute(condition, path, scope), condition.not);
  if ('segment' in condition) return negated(matchSegment(condition, path, scope), condition.not);
  if ('all' in condition) return matchEach(compileConditions(condition.all, `${path}.all`, scope));
  if ('any' in condition) return matchAny(compileConditions(condition.any, `${path}.any`, scope));
  return negated(matchAny(compileConditions(condition.none, `${path}.none`, scope)), true);
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
  const problems = compiled?.problems ?? [{ path: '', message: `unknown segment ${segment}` }];
  for (const { path: at, message } of problems) {
    scope.problems.push({
      path: `${path}.segment`,
      message: compiled === undefined ? message : `segment ${segment}: ${at}: ${message}`,
    });
  }
  if (compiled === undefined) return never;
  addFindings(scope, compiled);
  return compiled.matches;
}

function matchAttribute(condition: AttributeCondition, path: string, scope: Scope): Matcher {
  const { attr, op, values = [] } = condition;
  try {
    const test = valueTest(condition, scope.regex);
    if (attr === NOW) {
      scope.instants.push(instantOf(String(values[0])) ?? 0);
      return (_context, now) => test(new Date(now)) ?? false;
    }
    scope.reads.add(attr);
    const matches: Matcher = (context) => {
      const value = context[attr];
      return value === undefined || value === null ? false : (test(value) ?? misfit(attr, op, value));
    };
    return attr in {} ? (context, now) => Object.hasOwn(context, attr) && matches(context, now) : matches;
  } catch (error) {
    scope.problems.push({ path, message: (error as Error).message });
    return never;
  }
}

function misfit(attr: string, op: string, value: unknown): Fault {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return { errorCode: 'INVALID_CONTEXT', errorMessage: `attribute ${attr} does not fit operator ${op}: got ${type}` };
}

export function never(): boolean {
  return false;
}
