import type { Matcher } from '../compiled.ts';
import { matchEach } from '../match.ts';
import type { Condition } from '../ruleset.ts';
import type { SemanticsTools } from '../semantics.ts';
import { compileOperator, type Surroundings } from './operators.ts';

/** Conditions may name segments where the tools know some. */
export type ConditionScope = Surroundings & Partial<Pick<SemanticsTools, 'segment'>>;

/** Matches when each condition does; faults of the definition go to the findings. */
export function compileConditions(conditions: readonly Condition[], path: string, scope: ConditionScope): Matcher {
  return matchEach(compileEach(conditions, path, scope));
}

function compileEach(conditions: readonly Condition[], path: string, scope: ConditionScope): Matcher[] {
  return conditions.map((condition, i) => compileCondition(condition, `${path}[${i}]`, scope));
}

function compileCondition(condition: Condition, path: string, scope: ConditionScope): Matcher {
  if ('attr' in condition) return turned(compileOperator(condition, path, scope), condition.not);
  if ('segment' in condition) return turned(compileSegment(condition.segment, path, scope), condition.not);
  if ('all' in condition) return matchEach(compileEach(condition.all, `${path}.all`, scope));
  if ('any' in condition) return matchAny(compileEach(condition.any, `${path}.any`, scope));
  if ('none' in condition) return turned(matchAny(compileEach(condition.none, `${path}.none`, scope)), true);
  scope.findings.problems.push({ path, message: 'unknown condition' });
  return never;
}

function compileSegment(key: string, path: string, { segment, findings }: ConditionScope): Matcher {
  if (segment !== undefined) return segment(key, path);
  findings.problems.push({ path: `${path}.segment`, message: `unknown segment ${key}` });
  return never;
}

function turned(matches: Matcher, not: boolean | undefined): Matcher {
  if (not !== true) return matches;
  return (context, now) => {
    const matched = matches(context, now);
    return typeof matched === 'boolean' ? !matched : matched;
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

function never(): boolean {
  return false;
}
