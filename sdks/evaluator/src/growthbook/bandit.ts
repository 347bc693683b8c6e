import { isRecord } from '../parse-json.ts';
import type { Asked } from './answers.ts';
import { compileCondition } from './condition.ts';
import { areWeights, bucketRanges, effectiveWeights, type Range } from './ranges.ts';
import type { FeatureScope } from './scope.ts';
import { MALFORMED } from './stopped.ts';

/** The ranges that count for a context, and the leaf of a contextual bandit that they come from. */
export interface Arms {
  readonly ranges: readonly Range[];
  readonly leaf: Leaf | undefined;
}

export interface Leaf {
  /** Its place among all leaves of the rule. */
  readonly index: number;
  /** -1: no leaf matched. */
  readonly id: unknown;
  readonly weights: readonly number[] | undefined;
  readonly banditVersion: unknown;
}

export interface Plan {
  readonly count: number;
  readonly coverage: number;
  readonly weights: readonly number[] | undefined;
  /** Beat coverage and weights. */
  readonly ranges: readonly Range[] | undefined;
}

/** The arms of an experiment; a bandit's leaf, chosen by its condition, brings its own weights. */
export function compileArms(plan: Plan, reference: unknown, scope: FeatureScope): (asked: Asked) => Arms {
  const { strict } = scope.condition;
  const plain: Arms = { ranges: plan.ranges ?? bucketRanges({ ...plan, strict }), leaf: undefined };
  const definition =
    typeof reference === 'string' && Object.hasOwn(scope.bandits, reference) ? scope.bandits[reference] : undefined;
  if (!reference || !definition) return () => plain;
  const bandit = isRecord(definition) ? definition : {};
  const fallback = armsOf(plan, { id: -1, weights: fallbackWeights(plan, strict), index: 0 }, bandit, strict);
  const contexts = Array.isArray(bandit.contexts) ? bandit.contexts : [];
  const leaves = contexts.map((one, i) => compileLeaf({ one, index: i + 1, bandit, fallback }, plan, scope));
  return (asked) => {
    try {
      return leaves.find(({ holds }) => holds(asked.context))?.arms ?? fallback;
    } catch (error) {
      if (error === MALFORMED) return fallback;
      throw error;
    }
  };
}

function fallbackWeights({ count, weights }: Plan, strict: boolean): readonly number[] {
  return strict ? effectiveWeights({ count, weights, strict }) : (weights ?? new Array<number>(count).fill(1 / count));
}

interface LeafSource {
  readonly one: unknown;
  readonly index: number;
  readonly bandit: Record<string, unknown>;
  readonly fallback: Arms;
}

/** A leaf that is none of GrowthBook's ends the search. */
function compileLeaf({ one, index, bandit, fallback }: LeafSource, plan: Plan, scope: FeatureScope) {
  if (!isRecord(one)) return { holds: () => true, arms: fallback };
  const { strict } = scope.condition;
  const weights =
    Array.isArray(one.weights) && one.weights.every((weight) => typeof weight === 'number')
      ? (one.weights as number[])
      : undefined;
  const fits =
    !strict || (weights !== undefined && areWeights(weights, plan.count, true) && Number.isInteger(one.leafId));
  const holds = compileCondition(one.condition, scope.condition);
  const arms = fits ? armsOf({ ...plan, weights }, { id: one.leafId, weights, index }, bandit, strict) : fallback;
  return { holds, arms };
}

/** Spec 0.12 tells no leaf where explicit ranges decided. */
function armsOf(plan: Plan, leaf: Omit<Leaf, 'banditVersion'>, bandit: Record<string, unknown>, strict: boolean): Arms {
  const ranges = plan.ranges ?? bucketRanges({ ...plan, strict });
  if (strict && plan.ranges !== undefined) return { ranges, leaf: undefined };
  const { banditVersion } = bandit;
  return {
    ranges,
    leaf: { ...leaf, banditVersion: strict && !Number.isInteger(banditVersion) ? undefined : banditVersion },
  };
}
