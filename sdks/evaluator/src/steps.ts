import type { Step } from './compiled.ts';
import { answer } from './evaluate.ts';
import { failed } from './evaluation.ts';
import { compileConditions, matchEach } from './match.ts';
import { compileIsMet, compileRequirements } from './prerequisite.ts';
import { compileHashing, EVERYONE, shareAt, shareOf } from './rollout.ts';
import type { Requirement, Rule } from './ruleset.ts';
import { compileServe, type FlagScope } from './serve.ts';

/** The order of decisions, top to bottom, of a flag that is enabled: the first step that has an answer decides. */
export function compileSteps(scope: FlagScope): Step[] {
  const { requires = [], rules = [], default: otherwise } = scope.flag;
  return [
    ...requires.map((requirement) => compileRequirement(requirement, scope)),
    ...rules.flatMap((rule, i) => compileRule(rule, `rules[${i}]`, scope)),
    compileServe(otherwise, { reason: rules.length === 0 ? 'STATIC' : 'DEFAULT' }, scope),
  ];
}

/** Decides where it is not met. */
function compileRequirement(requirement: Requirement, scope: FlagScope): Step {
  const { flag, outcome } = scope;
  const { flag: prerequisite, else: otherwise = flag.off } = requirement;
  const isMet = compileIsMet(requirement, scope);
  const unmet = outcome(otherwise, { reason: 'TARGETING_MATCH' }, { prerequisite });
  return (context, now) => (isMet(context, now) ? undefined : unmet);
}

/** Decides where all conditions match, all requirements are met and the rollout holds the context; none: it never does. */
function compileRule(rule: Rule, path: string, scope: FlagScope): Step[] {
  const { id: ruleId, if: conditions = [], requires = [], rollout = 100, serve = 'on' } = rule;
  const { key } = scope;
  // Nothing else may close over the scope here: the step would keep all of it.
  const questions = [...compileConditions(conditions, `${path}.if`, scope), ...compileRequirements(requires, scope)];
  const reached = shareOf(rollout);
  const isFixed = reached === EVERYONE || reached === 0;
  const served = compileServe(serve, { reason: 'TARGETING_MATCH', ruleId }, scope);
  if (isFixed && questions.length === 0) return reached === 0 ? [] : [served];
  if (typeof reached === 'object') scope.ramps.add(reached);
  const servedByHash = isFixed ? served : compileServe(serve, { reason: 'SPLIT', ruleId }, scope);
  const hashed = typeof rollout === 'object' ? rollout : {};
  const bucketOf = isFixed ? () => 0 : compileHashing(hashed, 'rollout', scope);
  const matches = matchEach(questions);
  const step: Step = (context, now) => {
    const matched = matches(context, now);
    if (matched === false) return undefined;
    if (matched !== true) return failed(key, matched);
    const share = shareAt(reached, now);
    if (share === EVERYONE) return answer(served, context, now);
    if (share === 0) return undefined;
    const bucket = bucketOf(context);
    if (typeof bucket !== 'number') return failed(key, bucket);
    return bucket < share ? answer(servedByHash, context, now) : undefined;
  };
  return [step];
}
