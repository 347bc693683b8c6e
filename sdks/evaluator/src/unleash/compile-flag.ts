import type { Matched } from '../compiled.ts';
import { type Evaluation, type EvaluationContext, failed } from '../evaluation.ts';
import type { Flag, Requirement, Rule } from '../ruleset.ts';
import type { Decider, SemanticsTools } from '../semantics.ts';
import { compileConditions } from './conditions.ts';
import type { Dialect } from './dialect.ts';
import { compileRollout, type Rollout } from './rollout.ts';
import type { FlagScope } from './scope.ts';
import { compileServe, type Serving } from './serve.ts';

interface CompiledRule {
  readonly matches: (context: EvaluationContext, now: number) => Matched;
  readonly rollout: Rollout;
  readonly serve: Serving;
  /** The same where the rollout drew. */
  readonly serveDrawn: Serving;
}

/** The order of Unleash: requirements, then rules up to the first that counts, then the default. */
export function compileFlag(flag: Flag, dialect: Dialect, tools: SemanticsTools): Decider {
  const { findings, regex, segment } = tools;
  const scope: FlagScope = { flag, dialect, tools, findings, regex, segment };
  const requires = (flag.requires ?? []).map((requirement) => compileRequirement(requirement, scope));
  const rules = (flag.rules ?? []).map((rule, i) => compileRule(rule, `rules[${i}]`, scope));
  const cause = { reason: rules.length === 0 ? 'STATIC' : 'DEFAULT' } as const;
  const serveDefault = compileServe(flag.default, cause, scope);
  return (context, now) => {
    for (const { isMet, unmet } of requires) if (!isMet(context, now)) return unmet;
    for (const rule of rules) {
      const evaluation = decideRule(flag, rule, context, now);
      if (evaluation !== undefined) return evaluation;
    }
    return serveDefault(context);
  };
}

/** undefined: the rule does not count. */
function decideRule(
  { key }: Flag,
  rule: CompiledRule,
  context: EvaluationContext,
  now: number,
): Evaluation | undefined {
  const matched = rule.matches(context, now);
  if (matched === false) return undefined;
  if (matched !== true) return failed(key, matched);
  const drawn = rule.rollout(context, now);
  if (drawn === 'out') return undefined;
  if (typeof drawn === 'object') return failed(key, drawn);
  return drawn === 'in' ? rule.serve(context) : rule.serveDrawn(context);
}

function compileRule(rule: Rule, path: string, scope: FlagScope): CompiledRule {
  const { id: ruleId, if: conditions = [], requires = [], serve = 'on' } = rule;
  const matches = compileConditions(conditions, `${path}.if`, scope);
  const areMet = requires.map((requirement) => compileIsMet(requirement, scope));
  const serveFor = (reason: 'TARGETING_MATCH' | 'SPLIT') => compileServe(serve, { reason, ruleId }, scope);
  return {
    matches: areMet.length === 0 ? matches : (context, now) => asked(matches, areMet, context, now),
    rollout: compileRollout(rule, scope),
    serve: serveFor('TARGETING_MATCH'),
    serveDrawn: serveFor('SPLIT'),
  };
}

type IsMet = (context: EvaluationContext, now: number) => boolean;

function asked(matches: CompiledRule['matches'], areMet: IsMet[], context: EvaluationContext, now: number): Matched {
  const matched = matches(context, now);
  return matched === true ? areMet.every((isMet) => isMet(context, now)) : matched;
}

function compileRequirement(requirement: Requirement, scope: FlagScope): { isMet: IsMet; unmet: Evaluation } {
  const { flag, tools } = scope;
  const otherwise = requirement.else === undefined ? flag.off : requirement.else;
  const metadata = Object.freeze({ ...flag.metadata, prerequisite: requirement.flag });
  return {
    isMet: compileIsMet(requirement, scope),
    unmet: tools.outcome(otherwise, { reason: 'TARGETING_MATCH', metadata }),
  };
}

/** Whether the other flag serves one of the variants; one that is missing or errs serves none. */
function compileIsMet({ flag, variants }: Requirement, { tools }: FlagScope): IsMet {
  const wanted = new Set(variants);
  return (context, now) => {
    const variant = tools.decide(flag, context, now)?.variant;
    return variant !== undefined && wanted.has(variant);
  };
}
