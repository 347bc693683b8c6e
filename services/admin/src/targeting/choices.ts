import type { Json } from '../graphql.ts';
import type { Names } from '../queries/names.ts';
import { type Condition, readConditions, readDraft, type StoredTargeting } from './draft.ts';

/** Names that the editor's selects offer. */
export interface Choices {
  readonly variants: readonly string[];
  readonly segments: readonly string[];
  /** Other flags, with their variants. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly attributes: readonly string[];
}

/** What one flag's targeting may choose from; attributes are those that its rules read already, and the usual one. */
export function toChoices(
  flag: { key: string; variants: Json; settings: readonly StoredTargeting[] },
  names: Names | undefined,
): Choices {
  const others = (names?.flags ?? []).filter(({ key }) => key !== flag.key);
  const conditions = flag.settings.flatMap((setting) =>
    (readDraft(setting)?.rules ?? []).flatMap((rule) => rule.if ?? []),
  );
  return {
    variants: variantNames(flag.variants),
    segments: (names?.segments ?? []).map(({ key }) => key),
    flags: new Map(others.map(({ key, variants }) => [key, variantNames(variants)])),
    attributes: attributesOf([...conditions, ...behind(conditions, names)]),
  };
}

/** The conditions of the segments that some conditions name. */
function behind(conditions: readonly Condition[], names: Names | undefined): Condition[] {
  const used = new Set(conditions.flatMap(segmentsIn));
  const segments = (names?.segments ?? []).filter(({ key }) => used.has(key));
  return segments.flatMap((segment) => readConditions(segment.conditions) ?? []);
}

export function attributesOf(conditions: readonly Condition[]): string[] {
  return [...new Set(['targetingKey', ...conditions.flatMap(attributesIn)])];
}

function attributesIn(condition: Condition): string[] {
  return leaves(condition).flatMap((leaf) => ('attr' in leaf ? [leaf.attr] : []));
}

function segmentsIn(condition: Condition): string[] {
  return leaves(condition).flatMap((leaf) => ('segment' in leaf ? [leaf.segment] : []));
}

function leaves(condition: Condition): Condition[] {
  if ('attr' in condition || 'segment' in condition) return [condition];
  return Object.values(condition).flatMap((inside) => (readConditions(inside) ?? []).flatMap(leaves));
}

function variantNames(variants: Json): string[] {
  return variants !== null && typeof variants === 'object' ? Object.keys(variants) : [];
}
