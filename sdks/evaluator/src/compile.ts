import type { CompiledFlag, CompiledRuleset, Step } from './compiled.ts';
import { decide } from './evaluate.ts';
import { failed } from './evaluation.ts';
import type { Flag, Problem, Ruleset } from './ruleset.ts';
import { addFindings, attempt, newFindings, own, placed, type RegexEngine } from './scope.ts';
import { semanticsOf, type Tools, toolsMaker, WORK_LIMIT } from './segment.ts';
import type { Semantics, SemanticsTools } from './semantics.ts';
import { outcomesOf } from './serve.ts';
import { burgee } from './steps.ts';

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
 * in it. Checked here is what depends on segments and on the options: patterns, and the semantics of other systems.
 */
export function compile(ruleset: Ruleset, { regex, semantics = [], random }: CompileOptions = {}): CompiledRuleset {
  const { version, environment, faults } = ruleset;
  const flags = new Map<string, CompiledFlag>();
  const problems = new Map<string, readonly Problem[]>();
  const found = newFindings();
  const followed = new Map([burgee, ...semantics].map((one) => [one.name, one]));
  const toolsFor = toolsMaker(ruleset, { regex, random, followed, decide: decider(flags) });
  for (const [key, source] of Object.entries(ruleset.flags)) {
    const tools = toolsFor(own(faults?.flags, key));
    const { findings } = tools;
    const flag = compileFlag(key, source, tools);
    flags.set(key, flag);
    if (findings.problems.length > 0) problems.set(key, findings.problems);
    else if (flag.enabled) addFindings(found, findings);
  }
  const all = [...flags.values()];
  return {
    ...{ version, environment, flags, problems, followed, toolsFor, changes: found.changes },
    lists: { all, clientVisible: all.filter((flag) => flag.clientVisible) },
    attributes: [...found.reads].sort(),
  };
}

/** Decides for other flags, no more of them than a parsed ruleset asks for: one that was not parsed may have cycles. */
function decider(flags: ReadonlyMap<string, CompiledFlag>): SemanticsTools['decide'] {
  let left = WORK_LIMIT;
  return (key, context, now) => {
    const before = left--;
    const flag = before > 0 ? flags.get(key) : undefined;
    try {
      return flag && decide(flag, context, now);
    } finally {
      if (before === WORK_LIMIT) left = before;
    }
  };
}

function compileFlag(key: string, source: Flag, tools: Tools): CompiledFlag {
  const { findings } = tools;
  const { problems, reads } = findings;
  const [known] = problems;
  const flag = {
    key,
    source,
    enabled: true,
    clientVisible: false,
    readsInherited: false,
    step: Object.freeze({ flagKey: key, reason: 'DISABLED' }) as Step,
  };
  attempt(findings, () => {
    flag.enabled = source.enabled !== false;
    flag.clientVisible = source.clientVisible === true;
    const outcome = outcomesOf(key, source);
    const off = outcome(source.off, { reason: 'STATIC' });
    flag.step = 'variant' in off ? off : outcome(null, { reason: 'DISABLED' });
    if (known) return;
    const step = semanticsOf(source, tools)?.compileFlag(source, { ...tools, outcome });
    if (flag.enabled && step) flag.step = step;
    // As text, so that a name which is none can only spoil this flag.
    flag.readsInherited = [...reads].some((name) => `${name}` in {});
  });
  const [problem, ...others] = problems;
  if (problem && flag.enabled) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    flag.step = failed(key, { errorCode: 'PARSE_ERROR', errorMessage: `${placed(problem)}${more}` });
  }
  return flag;
}
