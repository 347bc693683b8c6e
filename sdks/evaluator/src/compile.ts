import type { CompiledFlag, CompiledRule, CompiledRuleset } from './compiled.ts';
import { decide } from './evaluate.ts';
import { type Evaluation, failed } from './evaluation.ts';
import { compileConditions, matchEach, matchSegment } from './match.ts';
import { faultsIn } from './parse.ts';
import { compileIsMet, prerequisiteFaults } from './prerequisite.ts';
import { compileHashing, EVERYONE, shareOf } from './rollout.ts';
import { type Flag, LEVEL, type Problem, type Rule, type Ruleset, type SemanticsName } from './ruleset.ts';
import { addFindings, attempt, type Common, newFindings, type RegexEngine, type Scope } from './scope.ts';
import { segmentCompiler } from './segment.ts';
import type { Decider, Semantics, SemanticsTools } from './semantics.ts';
import { compileServe, type Outcomes, outcome, outcomesOf, withMetadata } from './serve.ts';

export interface CompileOptions {
  /** Without it a flag that uses `matches` does not compile; see the entry `/regex`. */
  readonly regex?: RegexEngine;
  /** A flag that follows a semantics which is not here does not compile; each has an entry, such as `/unleash`. */
  readonly semantics?: readonly Semantics[];
  /** In [0, 1), for flags of Unleash that choose at random. */
  readonly random?: () => number;
}

/**
 * Makes a ruleset ready to decide. Total: a flag that does not compile becomes one that errs, and harms no other.
 *
 * What `parseRuleset` found is trusted; a ruleset that it did not read is checked here.
 */
export function compile(ruleset: Ruleset, { regex, semantics = [], random }: CompileOptions = {}): CompiledRuleset {
  const { version, environment, faults = faultsIn(ruleset) } = ruleset;
  const flags = new Map<string, CompiledFlag>();
  const others = new Map(semantics.map((one) => [one.name, { ...one, shared: new Map<string, unknown>() }]));
  const parts = { regex, random, others, flags };
  const common: Common = { ...parts, segment: segmentCompiler(ruleset.segments, faults.segments, parts) };
  const problems = new Map<string, readonly Problem[]>();
  const findings = newFindings();
  const sources = Object.entries(ruleset.flags);
  const cycles = prerequisiteFaults(new Map(sources.filter(([key]) => faults.flags[key] === undefined)));
  for (const [key, flag] of sources) {
    const scope: Scope = { ...newFindings(faults.flags[key], cycles.get(key)), ...common };
    const compiled = compileFlag(key, flag, scope);
    flags.set(key, compiled);
    if (scope.problems.length > 0) problems.set(key, scope.problems);
    else if (compiled.enabled) addFindings(findings, scope);
  }
  const all = [...flags.values()];
  return {
    ...{ version, environment, flags, problems, common },
    lists: { all, clientVisible: all.filter(({ clientVisible }) => clientVisible) },
    attributes: [...findings.reads].sort(),
    instants: [...new Set(findings.instants)].sort((a, b) => a - b),
    ramps: findings.ramps,
    clocks: [...findings.clocks],
  };
}

type Decision = Pick<CompiledFlag, 'foreign' | 'requires' | 'rules' | 'default'>;

const nothing: Decision = {
  ...{ foreign: undefined, requires: [], rules: [] },
  default: { same: undefined, split: undefined },
};

function compileFlag(key: string, flag: Flag, scope: Scope): CompiledFlag {
  const { problems } = scope;
  const isSound = problems.length === 0;
  const outcomes = attempt(scope, () => outcomesOf(key, flag, scope));
  const decision = (outcomes && isSound && attempt(scope, () => compileDecision(outcomes, scope))) || nothing;
  const enabled = attempt(scope, () => flag?.enabled !== false) ?? true;
  const broken = () => failed(key, { errorCode: 'PARSE_ERROR', errorMessage: sentence(problems) });
  const sameWhenEnabled = () => (problems.length > 0 ? broken() : sameForEveryone(decision));
  return {
    ...{ key, source: flag, enabled, clientVisible: attempt(scope, () => flag?.clientVisible === true) ?? false },
    same: enabled ? sameWhenEnabled() : (attempt(scope, () => compileOff(key, outcomes)) ?? compileOff(key, undefined)),
    ...decision,
  };
}

function compileOff(key: string, outcomes: Outcomes | undefined): Evaluation {
  if (outcomes === undefined) return Object.freeze({ flagKey: key, reason: 'DISABLED' });
  const off = outcomes.values.has(outcomes.flag.off ?? '') ? outcomes.flag.off : null;
  return outcome(outcomes, off, { reason: off === null ? 'DISABLED' : 'STATIC' });
}

/** The evaluation of a flag that asks nothing of the context. */
function sameForEveryone({ foreign, requires, rules, default: otherwise }: Decision): Evaluation | undefined {
  if (foreign !== undefined || requires.length > 0) return undefined;
  const rule = rules.find(({ matches, share }) => matches !== undefined || share !== 0);
  if (rule === undefined) return otherwise.same;
  return rule.matches === undefined && rule.share === EVERYONE ? rule.serve.same : undefined;
}

/** What is looked at only while the flag is enabled. */
function compileDecision(outcomes: Outcomes, scope: Scope): Decision {
  const { flag } = outcomes;
  const { requires = [], rules = [], semantics = 'burgee-1', needs = LEVEL } = flag;
  if (needs > LEVEL) scope.problems.push({ path: 'needs', message: `needs evaluator level ${needs}` });
  if (semantics !== 'burgee-1') return { ...nothing, foreign: compileForeign(semantics, outcomes, scope) };
  return {
    foreign: undefined,
    requires: requires.map((requirement) => {
      const { flag: prerequisite, else: otherwise = flag.off } = requirement;
      const cause = withMetadata(outcomes, { reason: 'TARGETING_MATCH' }, { prerequisite });
      return { isMet: compileIsMet(requirement, scope.flags), unmet: outcome(outcomes, otherwise, cause) };
    }),
    rules: rules.map((rule, i) => compileRule(rule, `rules[${i}]`, outcomes, scope)),
    default: compileServe(outcomes, flag.default, { reason: rules.length === 0 ? 'STATIC' : 'DEFAULT' }),
  };
}

/** A flag that another system's semantics decides, whole. */
function compileForeign(name: SemanticsName, outcomes: Outcomes, scope: Scope): Decider | undefined {
  const { regex, random, others, flags, problems } = scope;
  const foreign = others.get(name);
  if (foreign === undefined)
    problems.push({ path: 'semantics', message: `this evaluator was given no semantics ${name}` });
  const tools = (shared: Map<string, unknown>): SemanticsTools => ({
    ...{ findings: scope, regex, random, shared },
    outcome: (variant, cause) => outcome(outcomes, variant, cause),
    decide: (key, context, now) => {
      const flag = flags.get(key);
      return flag && decide(flag, context, now);
    },
    segment: (key, path) => matchSegment({ segment: key }, path, scope),
  });
  return foreign?.compileFlag(outcomes.flag, tools(foreign.shared));
}

function compileRule(rule: Rule, path: string, outcomes: Outcomes, scope: Scope): CompiledRule {
  const { id: ruleId, if: conditions = [], requires = [], rollout, serve = 'on' } = rule;
  const { key, flag } = outcomes;
  const matchers = [
    ...compileConditions(conditions, `${path}.if`, scope),
    ...requires.map((requirement) => compileIsMet(requirement, scope.flags)),
  ];
  const share = shareOf(rollout);
  if (typeof share === 'object') scope.ramps.push(share);
  const isHashed = share !== 0 && share !== EVERYONE;
  const hashed = typeof rollout === 'object' ? rollout : {};
  return {
    matches: matchers.length === 0 ? undefined : matchEach(matchers),
    share,
    hashing: isHashed ? compileHashing(hashed, `${flag.salt ?? key}:rollout`, scope) : undefined,
    serve: compileServe(outcomes, serve, { reason: 'TARGETING_MATCH', ruleId }),
    serveSplit: compileServe(outcomes, serve, { reason: 'SPLIT', ruleId }),
  };
}

/** The first problem, and how many more there are. */
function sentence([first = { path: '', message: '' }, ...others]: readonly Problem[]): string {
  const { path, message } = first;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${path === '' ? '' : `${path}: `}${message}${more}`;
}
