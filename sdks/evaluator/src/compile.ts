import { type HashState, seedState } from './bucket.ts';
import type { CompiledFlag, CompiledRule, CompiledRuleset } from './compiled.ts';
import { decide } from './evaluate.ts';
import { type Evaluation, failed } from './evaluation.ts';
import { compileConditions, matchEach, matchSegment } from './match.ts';
import { compileIsMet, prerequisiteFaults } from './prerequisite.ts';
import { compileShare } from './rollout.ts';
import { type Flag, LEVEL, type Problem, type Rule, type Ruleset, type SemanticsName } from './ruleset.ts';
import { addFindings, type Common, type CompiledSegment, newFindings, type RegexEngine, type Scope } from './scope.ts';
import { compileSegment } from './segment.ts';
import type { Decider, Semantics, SemanticsTools } from './semantics.ts';
import { checkVariant, compileServe, type Outcomes, outcome, outcomesOf } from './serve.ts';

export interface CompileOptions {
  /** Without it a flag that uses `matches` does not compile; see the entry `/regex`. */
  readonly regex?: RegexEngine;
  /** A flag that follows a semantics which is not here does not compile; each has an entry, such as `/unleash`. */
  readonly semantics?: readonly Semantics[];
  /** In [0, 1), for flags of Unleash that choose at random. */
  readonly random?: () => number;
}

/** Makes a ruleset ready to decide. Total: a flag that does not compile becomes one that errs, and harms no other. */
export function compile(ruleset: Ruleset, { regex, semantics = [], random }: CompileOptions = {}): CompiledRuleset {
  const { version, environment, faults } = ruleset;
  const flags = new Map<string, CompiledFlag>();
  const others = new Map(semantics.map((one) => [one.name, { ...one, shared: new Map<string, unknown>() }]));
  const common = { regex, random, others, flags };
  const segment = segmentCompiler(ruleset, common);
  const problems = new Map<string, readonly Problem[]>();
  const findings = newFindings();
  const sources = Object.entries(ruleset.flags);
  const cycles = prerequisiteFaults(new Map(sources.filter(([key]) => faults?.flags[key] === undefined)));
  for (const [key, flag] of sources) {
    const scope: Scope = { ...newFindings(), ...common, segment };
    scope.problems.push(...(faults?.flags[key] ?? []), ...(cycles.get(key) ?? []));
    const compiled = compileFlag(key, flag, scope);
    flags.set(key, compiled);
    if (scope.problems.length > 0) problems.set(key, scope.problems);
    else if (compiled.enabled) addFindings(findings, scope);
  }
  return {
    version,
    environment,
    flags,
    problems,
    attributes: [...findings.reads].sort(),
    instants: [...new Set(findings.instants)].sort((a, b) => a - b),
    ramps: findings.ramps,
    clocks: [...findings.clocks],
  };
}

/** Compiles a segment when a flag first asks for it. */
function segmentCompiler({ segments, faults }: Ruleset, common: Common): Scope['segment'] {
  const compiled = new Map<string, CompiledSegment>();
  return (key) => {
    const known = compiled.get(key);
    const segment = Object.hasOwn(segments, key) ? segments[key] : undefined;
    if (known !== undefined || segment === undefined) return known;
    const scope: Scope = { ...newFindings(), ...common, segment: () => undefined };
    scope.problems.push(...(faults?.segments[key] ?? []));
    const made = { ...scope, matches: attempt(scope, () => compileSegment(segment, scope)) ?? never };
    compiled.set(key, made);
    return made;
  };
}

function compileFlag(key: string, flag: Flag, scope: Scope): CompiledFlag {
  const outcomes = attempt(scope, () => outcomesOf(key, flag, scope));
  const broken = () => failed(key, { errorCode: 'PARSE_ERROR', errorMessage: sentence(scope.problems) });
  const decision = outcomes && attempt(scope, () => compileDecision(outcomes, scope));
  return {
    key,
    source: flag,
    scope,
    enabled: flag?.enabled !== false,
    clientVisible: flag?.clientVisible === true,
    off: outcomes ? compileOff(outcomes) : Object.freeze({ flagKey: key, reason: 'DISABLED' }),
    unreadable: failed(key, { errorCode: 'INVALID_CONTEXT', errorMessage: 'the context can not be read' }),
    ...(decision ?? { requires: [], rules: [], serveDefault: broken }),
    broken: scope.problems.length > 0 ? broken() : undefined,
  };
}

function compileOff(outcomes: Outcomes): Evaluation {
  const off = outcomes.values.has(outcomes.flag.off ?? '') ? outcomes.flag.off : null;
  return outcome(outcomes, off, { reason: off === null ? 'DISABLED' : 'STATIC' });
}

/** What is looked at only while the flag is enabled. */
function compileDecision(outcomes: Outcomes, scope: Scope): Pick<CompiledFlag, 'requires' | 'rules' | 'serveDefault'> {
  const { key, flag } = outcomes;
  const { flags } = scope;
  const { requires = [], rules = [], semantics = 'burgee-1', needs = LEVEL, salt = key } = flag;
  if (needs > LEVEL) scope.problems.push({ path: 'needs', message: `needs evaluator level ${needs}` });
  checkVariant(outcomes, flag.off, 'off');
  if (semantics !== 'burgee-1') {
    return { requires: [], rules: [], serveDefault: compileOther(semantics, outcomes, scope) };
  }
  const rolloutSeed = seedState(`${salt}:rollout`);
  return {
    requires: requires.map((requirement) => ({
      isMet: compileIsMet(requirement, flags),
      unmet: outcome(outcomes, flag.off, {
        reason: 'TARGETING_MATCH',
        metadata: Object.freeze({ ...flag.metadata, prerequisite: requirement.flag }),
      }),
    })),
    rules: rules.map((rule, i) => compileRule(rule, `rules[${i}]`, { outcomes, scope, flags, rolloutSeed })),
    serveDefault: compileServe(
      outcomes,
      flag.default,
      { reason: rules.length === 0 ? 'STATIC' : 'DEFAULT' },
      'default',
    ),
  };
}

/** A flag that another system's semantics decides, whole. */
function compileOther(name: SemanticsName, outcomes: Outcomes, scope: Scope): Decider {
  const other = scope.others.get(name);
  if (other !== undefined) return other.compileFlag(outcomes.flag, toolsOf(outcomes, scope, other.shared));
  scope.problems.push({ path: 'semantics', message: `this evaluator was given no semantics ${name}` });
  return () => failed(outcomes.key, { errorCode: 'PARSE_ERROR', errorMessage: name });
}

function toolsOf(outcomes: Outcomes, scope: Scope, shared: Map<string, unknown>): SemanticsTools {
  return {
    findings: scope,
    regex: scope.regex,
    random: scope.random,
    shared,
    outcome: (variant, cause) => outcome(outcomes, variant, cause),
    decide: (key, context, now) => {
      const flag = scope.flags.get(key);
      return flag && decide(flag, context, now);
    },
    segment: (key, path) => matchSegment({ segment: key }, path, scope),
  };
}

interface RuleScope {
  readonly outcomes: Outcomes;
  readonly scope: Scope;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly rolloutSeed: HashState;
}

function compileRule(rule: Rule, path: string, { outcomes, scope, flags, rolloutSeed }: RuleScope): CompiledRule {
  const { id: ruleId, if: conditions = [], requires = [], serve = 'on' } = rule;
  const requirements = requires.map((requirement) => compileIsMet(requirement, flags));
  return {
    matches: matchEach([...compileConditions(conditions, `${path}.if`, scope), ...requirements]),
    share: compileShare(rule, path, scope),
    rolloutSeed,
    serve: compileServe(outcomes, serve, { reason: 'TARGETING_MATCH', ruleId }, `${path}.serve`),
    serveSplit: compileServe(outcomes, serve, { reason: 'SPLIT', ruleId }, `${path}.serve`),
  };
}

/** undefined, and a problem, where the definition is so odd that compiling it throws. */
function attempt<Result>({ problems }: Scope, make: () => Result): Result | undefined {
  try {
    return make();
  } catch {
    if (problems.length === 0) problems.push({ path: '', message: 'does not compile' });
    return undefined;
  }
}

/** The first problem, and how many more there are. */
function sentence([first = { path: '', message: '' }, ...others]: readonly Problem[]): string {
  const { path, message } = first;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${path === '' ? '' : `${path}: `}${message}${more}`;
}

function never(): boolean {
  return false;
}
