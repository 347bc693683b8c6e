import type { Outcome, OutcomeSet } from '../outcomes.ts';
import { isRecord } from '../parse-json.ts';
import type { Flag, Json } from '../ruleset.ts';
import { isEmpty } from './condition.ts';
import { bucketRanges, type Range } from './ranges.ts';
import { sortedText } from './written.ts';

type Definition = Readonly<Record<string, unknown>>;

/** All values that a feature can serve: its rules up to the first that forces a value on everyone, else the default. */
export function outcomesOf(flag: Flag, isBroken: boolean, strict: boolean): OutcomeSet {
  if (isBroken || !isRecord(flag.foreign)) return { unknown: true, outcomes: [] };
  const values = flag.enabled ? servedBy(flag.foreign, strict) : [flag.off === null ? null : flag.variants[flag.off]];
  const outcomes = new Map<string, Outcome>();
  for (const value of values) {
    const outcome = value === undefined || value === null ? {} : { value };
    outcomes.set(sortedText(outcome), outcome);
  }
  return { unknown: false, outcomes: [...outcomes.values()] };
}

function servedBy(feature: Definition, strict: boolean): (Json | undefined)[] {
  if (isRecord(feature.experiment)) return (feature.experiment.variations ?? []) as Json[];
  const served: (Json | undefined)[] = [];
  for (const rule of (feature.rules ?? []) as Definition[]) {
    const parents = listOf(rule.parentConditions) as Definition[];
    if (parents.some(({ gate }) => gate)) served.push(null);
    if (!Object.hasOwn(rule, 'force')) served.push(...variationsOf(rule, strict));
    else if (rule.coverage !== 0 || rule.range) served.push(rule.force as Json);
    if (parents.length === 0 && isForEveryone(rule)) return served;
  }
  return [...served, feature.defaultValue as Json | undefined];
}

function isForEveryone(rule: Definition): boolean {
  const isShared = rule.range || (rule.coverage !== undefined && rule.coverage !== null);
  return Object.hasOwn(rule, 'force') && !isShared && isEmpty(rule.condition) && listOf(rule.filters).length === 0;
}

/** A variation whose range is empty is never served, and one that passes through leaves it to the next rule. */
function variationsOf(rule: Definition, strict: boolean): Json[] {
  const variations = listOf(rule.contextualVariations ?? rule.variations) as Json[];
  const isBandit = Boolean(rule.contextualBanditRef);
  const weights = Array.isArray(rule.weights) ? (rule.weights as number[]) : undefined;
  const coverage = typeof rule.coverage === 'number' ? rule.coverage : 1;
  const ranges = (rule.ranges ?? bucketRanges({ count: variations.length, coverage, weights, strict })) as Range[];
  if (variations.length < 2) return [];
  return variations.filter((_, i) => {
    const meta: unknown = listOf(rule.meta)[i];
    const [start, end] = ranges[i] ?? [0, 0];
    return (isBandit || start < end) && !(isRecord(meta) && meta.passthrough);
  });
}

function listOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}
