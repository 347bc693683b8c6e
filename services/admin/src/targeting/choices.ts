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
    segments: names?.segments ?? [],
    flags: new Map(others.map(({ key, variants }) => [key, variantNames(variants)])),
    attributes: attributesOf(conditions),
  };
}

export function attributesOf(conditions: readonly Condition[]): string[] {
  return [...new Set(['targetingKey', ...conditions.flatMap(attributesIn)])];
}

function attributesIn(condition: Condition): string[] {
  if ('attr' in condition) return [condition.attr];
  if ('segment' in condition) return [];
  return Object.values(condition).flatMap((inside) => (readConditions(inside) ?? []).flatMap(attributesIn));
}

function variantNames(variants: Json): string[] {
  return variants !== null && typeof variants === 'object' ? Object.keys(variants) : [];
}
