import type { Matcher } from './compiled.ts';
import { type Fault, invalidContext } from './evaluation.ts';
import { instantOf } from './grammar.ts';
import { valueTest } from './operators.ts';
import { type AttributeCondition, type Condition, type Group, NOW } from './ruleset.ts';
import { addFindings, placed, type Scope } from './scope.ts';
import type { SegmentTools } from './semantics.ts';

/** Matches when each does; stops at the first that does not. */
export function matchEach(matchers: readonly Matcher[]): Matcher {
  const [first = always, second = always, third = always] = matchers;
  if (matchers.length < 2) return first;
  if (matchers.length > 3) return matchWhile(true, matchers);
  // Most rules ask two or three questions: a fifth faster without a loop.
  return (context, now) => {
    const one = first(context, now);
    if (one !== true) return one;
    const two = second(context, now);
    return two === true ? third(context, now) : two;
  };
}

/** Asks one after the other as long as that is the answer. */
function matchWhile(expected: boolean, matchers: readonly Matcher[]): Matcher {
  return (context, now) => {
    for (const matches of matchers) {
      const matched = matches(context, now);
      if (matched !== expected) return matched;
    }
    return expected;
  };
}

/** Each condition as a function; what it finds out goes to the scope. */
export function compileConditions(conditions: readonly Condition[], path: string, scope: Scope): Matcher[] {
  return conditions.map((condition, i) => compileCondition(condition, `${path}[${i}]`, scope));
}

/** One condition as a function. */
export function compileCondition(condition: Condition, path: string, scope: Scope): Matcher {
  if ('attr' in condition) return negated(matchAttribute(condition, path, scope), condition.not);
  if ('segment' in condition) return negated(matchSegment(condition.segment, path, scope), condition.not);
  const [group, parts] = groupOf(condition);
  const matchers = compileConditions(parts, `${path}.${group}`, scope);
  return group === 'all' ? matchEach(matchers) : negated(matchWhile(false, matchers), group === 'none');
}

/** The word of a list of conditions, and the list; fields that nobody knows may stand beside it. */
export function groupOf(condition: Group): readonly ['all' | 'any' | 'none', readonly Condition[]] {
  if ('all' in condition) return ['all', condition.all];
  return 'any' in condition ? ['any', condition.any] : ['none', condition.none];
}

function negated(matches: Matcher, not: boolean | undefined): Matcher {
  if (not !== true) return matches;
  return (context, now) => {
    const matched = matches(context, now);
    return typeof matched === 'boolean' ? !matched : matched;
  };
}

/** Whether a context is in a segment; a segment that is not there, or does not compile, is a problem. */
export function matchSegment(key: string, path: string, scope: Scope): Matcher {
  const segment = scope.segmentOf(key);
  const fault = (message: string) => scope.problems.push({ path: `${path}.segment`, message });
  if (segment === undefined) fault(`unknown segment ${key}`);
  else {
    for (const problem of segment.problems) fault(`segment ${key}: ${placed(problem)}`);
    addFindings(scope, segment);
  }
  return segment?.matches ?? never;
}

/** What a semantics of another system is lent. */
export function toolsOf<Given extends Scope>(scope: Given): Given & SegmentTools {
  return { ...scope, findings: scope, segment: (key: string, path: string) => matchSegment(key, path, scope) };
}

function matchAttribute(condition: AttributeCondition, path: string, scope: Scope): Matcher {
  const { attr, op, values = [] } = condition;
  try {
    const test = valueTest(condition, scope.regex);
    if (attr === NOW) {
      scope.instants.add(instantOf(String(values[0])) ?? 0);
      return (_context, now) => test(new Date(now)) ?? false;
    }
    scope.reads.add(attr);
    const { texts } = test;
    if (texts !== undefined) {
      // The commonest question of all, without a call in between.
      return (context) => {
        const value = context[attr];
        if (typeof value === 'string') return texts.has(value);
        return value === undefined || value === null ? false : misfit(attr, op, value);
      };
    }
    return (context) => {
      const value = context[attr];
      return value === undefined || value === null ? false : (test(value) ?? misfit(attr, op, value));
    };
  } catch (error) {
    scope.problems.push({ path, message: (error as Error).message });
    return never;
  }
}

function misfit(attr: string, op: string, value: unknown): Fault {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return invalidContext(`attribute ${attr} does not fit operator ${op}: got ${type}`);
}

function always(): boolean {
  return true;
}

export function never(): boolean {
  return false;
}
