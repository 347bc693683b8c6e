import fc from 'fast-check';
import { conditions, savedGroups } from './conditions.ts';
import { type Asked, asked } from './contexts.ts';
import type { Dialect } from './dialect.ts';
import { bandits, rules } from './rules.ts';
import { KEYS, served } from './values.ts';

/** A payload and the contexts it is asked for, made so that every operator, hash and step is come by often. */
export interface FeatureSet {
  readonly payload: {
    readonly features: Record<string, Record<string, unknown>>;
    readonly savedGroups: Record<string, unknown>;
    readonly contextualBandits: Record<string, unknown>;
  };
  readonly contexts: readonly Asked[];
}

/** Sets of features that ask for each other, cycles included; experiments are named after their place. */
export function featureSets(dialect: Dialect, contexts: number): fc.Arbitrary<FeatureSet> {
  const condition = conditions();
  const rule = rules(dialect, condition);
  const feature = fc.record(
    { defaultValue: served, rules: fc.array(rule, { minLength: 1, maxLength: 4, size: 'max' }) },
    { requiredKeys: ['rules'] },
  );
  const features = fc.tuple(...KEYS.map(() => fc.option(feature, { freq: 8, nil: undefined }))).map((list) => {
    const present = KEYS.flatMap((key, i) => (list[i] === undefined ? [] : [[key, withKeys(key, list[i])] as const]));
    return Object.fromEntries(present);
  });
  const payload = fc.record({ features, savedGroups: savedGroups(condition), contextualBandits: bandits(condition) });
  const set = fc.record({ payload, contexts: fc.array(asked(dialect), { minLength: contexts, maxLength: contexts }) });
  return set.map((made) => JSON.parse(JSON.stringify(made)) as FeatureSet);
}

/** A peer keeps what it assigned while it decides, so no two experiments share a key; one rule has none. */
function withKeys(
  key: string,
  feature: { defaultValue?: unknown; rules?: Record<string, unknown>[] },
): Record<string, unknown> {
  const { rules: list } = feature;
  return {
    ...feature,
    ...(list && { rules: list.map(withVersions).map((rule, i) => (i < 3 ? { ...rule, key: `${key}-${i}` } : rule)) }),
  };
}

/** A bucket that is just given must not be blocked: a peer may ask the same feature twice on the way to another. */
function withVersions({ versions, ...rule }: Record<string, unknown>): Record<string, unknown> {
  if (versions === undefined) return rule;
  const [least, more] = versions as [number, number];
  return { ...rule, minBucketVersion: least, bucketVersion: least + more };
}
