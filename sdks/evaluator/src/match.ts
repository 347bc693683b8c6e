import type { Matcher } from './compiled.ts';
import { invalidContext } from './evaluation.ts';
import { instantOf } from './grammar.ts';
import { valueTest } from './operators.ts';
import { type AttributeCondition, type Condition, type Group, NOW } from './ruleset.ts';
import type { SegmentTools } from './semantics.ts';

/** Matches when each does; stops at the first that does not. */
export function matchEach(matchers: readonly Matcher[]): Matcher {
  const [first = always, second, third = always, fourth] = matchers;
  if (!second) return first;
  if (fourth) return matchWhile(true, matchers);
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

/** Each condition as a function; what it finds out goes to the findings. */
export function compileConditions(conditions: readonly Condition[], path: string, tools: SegmentTools): Matcher[] {
  return conditions.map((condition, i) => compileCondition(condition, `${path}[${i}]`, tools));
}

/** One condition as a function. */
export function compileCondition(condition: Condition, path: string, tools: SegmentTools): Matcher {
  if ('attr' in condition) return negated(matchAttribute(condition, path, tools), condition.not);
  if ('segment' in condition) return negated(tools.segment(condition.segment, path), condition.not);
  const [group, parts] = groupOf(condition);
  const matchers = compileConditions(parts, `${path}.${group}`, tools);
  return group === 'all' ? matchEach(matchers) : negated(matchWhile(false, matchers), group === 'none');
}

/** The word of a list of conditions, and the list; fields that nobody knows may stand beside it. */
export function groupOf(condition: Group): readonly ['all' | 'any' | 'none', readonly Condition[]] {
  const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none';
  return [group, (condition as Record<typeof group, readonly Condition[]>)[group]];
}

function negated(matches: Matcher, not: boolean | undefined): Matcher {
  if (!not) return matches;
  return (context, now) => {
    const matched = matches(context, now);
    return typeof matched === 'object' ? matched : !matched;
  };
}

function matchAttribute(condition: AttributeCondition, path: string, { findings, regex }: SegmentTools): Matcher {
  const { attr, op, values = [] } = condition;
  try {
    const test = valueTest(condition, regex);
    const isNow = attr === NOW;
    if (isNow) findings.changes.add(instantOf(String(values[0])) ?? 0);
    else findings.reads.add(attr);
    const { texts } = test;
    const misfit = (value: unknown) =>
      value !== undefined &&
      value !== null &&
      invalidContext(
        `attribute ${attr} does not fit operator ${op}: got ${Array.isArray(value) ? 'array' : typeof value}`,
      );
    // The commonest question of all, without a call in between.
    if (texts) {
      return (context) => {
        const value = context[attr];
        return typeof value === 'string' ? texts.has(value) : misfit(value);
      };
    }
    return (context, now) => {
      const value = isNow ? new Date(now) : context[attr];
      return value === undefined || value === null ? false : (test(value) ?? misfit(value));
    };
  } catch (error) {
    findings.problems.push({ path, message: (error as Error).message });
    return never;
  }
}

function always(): boolean {
  return true;
}

export function never(): boolean {
  return false;
}
