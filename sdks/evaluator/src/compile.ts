import type { CompiledFlag, CompiledRuleset, Step } from './compiled.ts';
import { decide } from './evaluate.ts';
import { type Evaluation, failed } from './evaluation.ts';
import { problemsOf } from './graph.ts';
import { toolsOf } from './match.ts';
import { prerequisites } from './prerequisite.ts';
import { type Flag, LEVEL, type Problem, type Ruleset } from './ruleset.ts';
import {
  addFindings,
  attempt,
  type Common,
  newFindings,
  otherSemantics,
  placed,
  type RegexEngine,
  type Scope,
} from './scope.ts';
import { segmentCompiler } from './segment.ts';
import type { Semantics } from './semantics.ts';
import { type FlagScope, outcomesOf } from './serve.ts';
import { compileSteps } from './steps.ts';

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
 * The form of the ruleset is trusted: what came from outside goes through `parseRuleset` first, which leaves its faults
 * in it. Checked here is what depends on other parts: segments, requirements, patterns, semantics and `needs`.
 */
export function compile(ruleset: Ruleset, { regex, semantics = [], random }: CompileOptions = {}): CompiledRuleset {
  const { version, environment, faults } = ruleset;
  const flags = new Map<string, CompiledFlag>();
  const others = new Map(semantics.map((one) => [one.name, { ...one, shared: new Map<string, unknown>() }]));
  const asked: Common['decide'] = (key, context, now) => {
    const flag = flags.get(key);
    return flag && decide(flag, context, now);
  };
  const parts = { regex, random, others, decide: asked };
  const common: Common = { ...parts, segmentOf: segmentCompiler(ruleset, parts) };
  const sources = new Map(Object.entries(ruleset.flags));
  const known = problemsOf(sources, faults?.flags, prerequisites);
  const problems = new Map<string, readonly Problem[]>();
  const findings = newFindings();
  for (const [key, flag] of sources) {
    const scope: Scope = { ...newFindings(known.get(key)), ...common };
    const compiled = compileFlag(key, flag, scope);
    flags.set(key, compiled);
    if (scope.problems.length > 0) problems.set(key, scope.problems);
    else if (compiled.enabled) addFindings(findings, scope);
  }
  const all = [...flags.values()];
  const lists = { all, clientVisible: all.filter(({ clientVisible }) => clientVisible) };
  return { ...findings, attributes: [...findings.reads].sort(), version, environment, flags, lists, problems, common };
}

function compileFlag(key: string, source: Flag, scope: Scope): CompiledFlag {
  const { problems, reads } = scope;
  const isSound = problems.length === 0;
  let [enabled, clientVisible, readsInherited] = [true, false, false];
  let off: Evaluation = Object.freeze({ flagKey: key, reason: 'DISABLED' });
  const steps =
    attempt(scope, () => {
      enabled = source.enabled !== false;
      clientVisible = source.clientVisible === true;
      const outcome = outcomesOf(key, source);
      const ofFlag = { ...scope, key, flag: source, seed: source.salt ?? key, outcome };
      off = outcome(source.off, { reason: 'STATIC' });
      if (off.variant === undefined) off = outcome(null, { reason: 'DISABLED' });
      const compiled = isSound ? compileEnabled(ofFlag) : [];
      // As text, so that a name which is none can only spoil this flag.
      readsInherited = [...reads].some((name) => `${name}` in {});
      return compiled;
    }) ?? [];
  return {
    ...{ key, source, enabled, clientVisible, steps, readsInherited },
    same: enabled ? sameFor(key, steps, problems) : off,
  };
}

/** The evaluation of a flag that does not compile, or whose first step asks nothing of the context. */
function sameFor(key: string, [first]: readonly Step[], problems: readonly Problem[]): Evaluation | undefined {
  const [problem, ...others] = problems;
  if (problem === undefined) return typeof first === 'object' ? first : undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return failed(key, { errorCode: 'PARSE_ERROR', errorMessage: `${placed(problem)}${more}` });
}

/** What is looked at only while the flag is enabled. */
function compileEnabled(scope: FlagScope): Step[] {
  const { flag, problems } = scope;
  const { semantics = 'burgee-1', needs = LEVEL } = flag;
  if (needs > LEVEL) problems.push({ path: 'needs', message: `needs evaluator level ${needs}` });
  if (semantics === 'burgee-1') return compileSteps(scope);
  const foreign = otherSemantics(semantics, scope);
  return foreign ? [foreign.compileFlag(flag, { ...toolsOf(scope), shared: foreign.shared })] : [];
}
