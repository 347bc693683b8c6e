import type { Step } from './compiled.ts';
import { answer } from './evaluate.ts';
import { failed } from './evaluation.ts';
import { compileConditions, matchEach } from './match.ts';
import { compileIsMet, compileRequirements } from './prerequisite.ts';
import { compileHashing, EVERYONE, shareAt, shareOf } from './rollout.ts';
import type { Requirement, Rule } from './ruleset.ts';
import type { Semantics } from './semantics.ts';
import { compileServe, type FlagScope } from './serve.ts';

/** Burgee's own semantics. */
export const burgee: Semantics = {
  name: 'burgee-1',
  /** The order of decisions, top to bottom, of a flag that is enabled: the first step that has an answer decides. */
  compileFlag(flag, tools) {
    const { requires = [], rules = [], default: otherwise } = flag;
    const scope = { ...tools, flag };
    const links = [
      ...requires.map((requirement) => compileRequirement(requirement, scope)),
      ...rules.map((rule, i) => compileRule(rule, `rules[${i}]`, scope)),
    ];
    const last = compileServe(otherwise, { reason: rules.length === 0 ? 'STATIC' : 'DEFAULT' }, scope);
    return links.reduceRight((others, link) => link(others), last);
  },
  compileConditions: (conditions, tools) => matchEach(compileConditions(conditions, 'if', tools)),
};

/** A step before others, which are asked where it has no answer. */
type Link = (others: Step) => Step;

/** Decides where it is not met. */
function compileRequirement(requirement: Requirement, scope: FlagScope): Link {
  const { flag: prerequisite, else: otherwise = scope.flag.off } = requirement;
  const isMet = compileIsMet(requirement, scope);
  const unmet = scope.outcome(otherwise, { reason: 'TARGETING_MATCH' }, { prerequisite });
  return (others) => (context, now) => (isMet(context, now) ? answer(others, context, now) : unmet);
}

/** Decides where all conditions match, all requirements are met and the rollout holds the context. */
function compileRule(rule: Rule, path: string, scope: FlagScope): Link {
  const { id: ruleId, if: conditions = [], requires = [], rollout = 100, serve = 'on' } = rule;
  const { key } = scope.flag;
  // Nothing else may close over the scope here: the step would keep all of it.
  const questions = [...compileConditions(conditions, `${path}.if`, scope), ...compileRequirements(requires, scope)];
  const reached = shareOf(rollout);
  const isHashed = reached !== EVERYONE && reached !== 0;
  const served = compileServe(serve, { reason: 'TARGETING_MATCH', ruleId }, scope);
  if (!isHashed && questions.length === 0) return (others) => (reached === 0 ? others : served);
  if (typeof reached === 'object') scope.findings.changes.add(reached);
  const servedByHash = isHashed ? compileServe(serve, { reason: 'SPLIT', ruleId }, scope) : served;
  const bucketOf = isHashed ? compileHashing(rollout, 'rollout', scope) : () => 0;
  const matches = matchEach(questions);
  return (others) => (context, now) => {
    const matched = matches(context, now);
    if (matched === true) {
      const share = shareAt(reached, now);
      if (share === EVERYONE) return answer(served, context, now);
      const bucket = share && bucketOf(context);
      if (typeof bucket !== 'number') return failed(key, bucket);
      if (bucket < share) return answer(servedByHash, context, now);
    } else if (matched !== false) return failed(key, matched);
    return answer(others, context, now);
  };
}
