import type { EvaluationContext } from '../evaluation.ts';
import type { OutcomeSet } from '../outcomes.ts';
import type { Flag } from '../ruleset.ts';
import { newFindings } from '../scope.ts';
import type { Semantics, SemanticsTools } from '../semantics.ts';
import { begin, type CompiledFeature, compileFeature, deciderOf } from './feature.ts';
import { outcomesOf } from './outcomes.ts';
import { Stopped } from './stopped.ts';

/**
 * GrowthBook's semantics by the level of its SDK specification.
 *
 * A flag's `foreign` is the feature as GrowthBook sends it, with what it needs of the payload: `savedGroups`,
 * `contextualBandits`, `texts` (see `asWritten`); or `experiment`, a single experiment, in place of `rules`.
 * Metadata of an evaluation: `source`, `ruleId`, `prerequisite`, `experimentKey`, `experimentName`, `phase`, `variationId`,
 * `variationKey`, `variationName`, `inExperiment`, `hashUsed`, `hashAttribute`, `bucketVersion`, `stickyBucketUsed`,
 * `leafId`, `variationWeights` (JSON) and `banditVersion`, each only where there is one.
 */
export function growthbook(name: string, strict: boolean): Semantics {
  /** For explanations, which come without the tools that a flag was compiled with. */
  const compiled = new WeakMap<Flag, CompiledFeature>();
  /** By what decides for a flag's parents, which is one function for each compilation. */
  const known = new WeakMap<SemanticsTools['decide'], Map<string, CompiledFeature>>();
  return {
    name,
    compileFlag: (flag, tools) => {
      const features = known.get(tools.decide) ?? new Map();
      known.set(tools.decide, features);
      const feature = compileFeature(flag, { ...tools, features }, strict);
      compiled.set(flag, feature);
      return deciderOf(feature);
    },
    outcomes: (flag): OutcomeSet => outcomesOf(flag, compileAlone(flag, strict).isBroken(), strict),
    explain: (flag, context, now) => explained(compiled.get(flag) ?? compileAlone(flag, strict), context, now),
  };
}

/** Without other flags: their prerequisites have no value. */
function compileAlone(flag: Flag, strict: boolean): CompiledFeature {
  const outcome = () => Object.freeze({ flagKey: flag.key, reason: 'UNKNOWN' as const });
  return compileFeature(
    flag,
    { findings: newFindings(), features: new Map(), outcome, decide: () => undefined },
    strict,
  );
}

function explained({ flag, decide }: CompiledFeature, context: EvaluationContext, now: number): string[] {
  const sentences: string[] = [];
  const path = { key: flag.key, below: undefined, depth: 1 };
  try {
    begin(() => decide({ context, now, path, note: (text) => sentences.push(text) }));
  } catch (error) {
    sentences.push(error instanceof Stopped ? error.fault.errorMessage : 'the context can not be read');
  }
  return sentences;
}
