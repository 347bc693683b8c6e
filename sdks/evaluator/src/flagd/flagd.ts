import { type Evaluation, type Fault, failed } from '../evaluation.ts';
import type { Flag, SemanticsName } from '../ruleset.ts';
import type { Findings } from '../scope.ts';
import type { Decider, Semantics, SemanticsTools } from '../semantics.ts';
import { compileLogic, type Operators } from './compiler.ts';
import { variantName } from './encode.ts';
import { explainTargeting } from './explain.ts';
import type { Fractional } from './fractional.ts';
import { operatorsOf } from './logic.ts';
import { outcomesOf } from './outcomes.ts';
import { faultOf, readFlag, runTargeting } from './targeting.ts';
import { type Run, Undecidable } from './work.ts';

/** flagd's flags as its Go evaluator decides them, with one way of hashing. */
export function flagdSemantics(name: SemanticsName, fractional: Fractional): Semantics {
  const operators = operatorsOf(fractional);
  return {
    name,
    compileFlag: (flag, tools) => compileFlag(flag, tools, operators),
    outcomes: (flag) => outcomesOf(flag),
    explain: (flag, context, now) => explainTargeting(flag, context, now, operators),
  };
}

function compileFlag(flag: Flag, tools: SemanticsTools, operators: Operators): Decider {
  const { problems } = tools.findings;
  const read = readFlag(flag);
  const nothing = failed(flag.key, { errorCode: 'PARSE_ERROR', errorMessage: 'no flagd flag' });
  if (read === undefined) {
    problems.push({ path: 'foreign', message: 'not a flag of flagd' });
    return () => nothing;
  }
  const { targeting, defaultVariant } = read;
  if (defaultVariant !== null && !Object.hasOwn(flag.variants, defaultVariant)) {
    problems.push({ path: 'foreign.defaultVariant', message: `no variant named ${defaultVariant}` });
  }
  const byDefault = (reason: 'STATIC' | 'DEFAULT') =>
    tools.outcome(defaultVariant, { reason: defaultVariant === null ? 'DEFAULT' : reason });
  if (targeting === undefined) {
    const fixed = byDefault('STATIC');
    return () => fixed;
  }
  const run = compileTargeting(targeting, operators, tools.findings);
  if (run === undefined) return () => nothing;
  return decider({ flag, run, tools, otherwise: byDefault('DEFAULT') });
}

/** undefined, and a problem: it is too deep. */
function compileTargeting(targeting: unknown, operators: Operators, findings: Findings): Run | undefined {
  try {
    return compileLogic(targeting, {
      operators,
      level: 0,
      atRoot: true,
      solved: false,
      note: (path) => note(path, findings),
    });
  } catch (error) {
    if (!(error instanceof Undecidable)) throw error;
    findings.problems.push({ path: 'foreign.targeting', message: error.message });
    return undefined;
  }
}

/** Its clock has whole seconds. */
const SECONDS = { everyMs: 1_000 };

/** Flagd's own additions are a clock and the flag's key; everything else is an attribute. */
function note(path: readonly string[] | undefined, { reads, changes }: Findings): void {
  const [name, part] = path ?? [];
  if (name === undefined) reads.add('*');
  else if (name !== '$flagd') reads.add(name);
  if (name === undefined || (name === '$flagd' && part !== 'flagKey')) changes.add(SECONDS);
}

interface Decision {
  readonly flag: Flag;
  readonly run: Run;
  readonly tools: SemanticsTools;
  /** For a targeting that gives null. */
  readonly otherwise: Evaluation;
}

function decider({ flag, run, tools, otherwise }: Decision): Decider {
  const served = new Map<string, Evaluation>();
  for (const variant of Object.keys(flag.variants)) {
    // A name that JSON writes in another way is never served.
    if (variantName(variant) === variant) served.set(variant, tools.outcome(variant, { reason: 'TARGETING_MATCH' }));
  }
  return (context, now) => {
    try {
      const result = runTargeting(run, flag.key, context, now);
      if (result === null || result === undefined) return otherwise;
      const named = typeof result === 'string' ? served.get(result) : undefined;
      if (named !== undefined) return named;
      const variant = variantName(result);
      return served.get(variant) ?? failed(flag.key, noVariant(variant));
    } catch (error) {
      return failed(flag.key, { errorCode: 'PARSE_ERROR', errorMessage: faultOf(error) });
    }
  };
}

function noVariant(variant: string): Fault {
  return { errorCode: 'GENERAL', errorMessage: `the targeting gives ${variant.slice(0, 100)}, which is no variant` };
}
