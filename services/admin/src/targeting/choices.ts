import type { Condition, Json, Rule, SemanticsName } from '@burgee/evaluator';
import type { Names } from '../queries/names.ts';
import { listIn, readDraft, type StoredTargeting } from './draft.ts';
import { attributesNamed } from './named.ts';
import { isAttribute, isRecord, isSegment, leaves } from './shape.ts';

/** Names that the editor's selects offer. */
export interface Choices {
  readonly variants: readonly string[];
  readonly valueType: string;
  readonly segments: readonly string[];
  /** Other flags, with their variants. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly attributes: readonly string[];
  /** Whose operators and words are offered. */
  readonly semantics: SemanticsName;
}

/** What one flag's targeting may choose from; attributes are those that it reads already, and the usual one. */
export function toChoices(
  flag: { key: string; valueType?: string; variants: unknown; settings: readonly StoredTargeting[] },
  names: Names | undefined,
): Choices {
  const others = (names?.flags ?? []).filter(({ key }) => key !== flag.key);
  const drafts = flag.settings.map(readDraft);
  const rules = drafts.flatMap((draft) => draft.rules);
  const conditions = rules.flatMap((rule) => listIn<Condition>(rule?.if));
  const foreign = drafts.flatMap((draft) => attributesNamed(draft.foreign));
  return {
    variants: variantNames(flag.variants),
    valueType: flag.valueType ?? 'boolean',
    segments: (names?.segments ?? []).map(({ key }) => key),
    flags: new Map(others.map(({ key, variants }) => [key, variantNames(variants)])),
    attributes: [...new Set([...attributesOf(behind(conditions, names)), ...rules.flatMap(hashedIn), ...foreign])],
    semantics: 'burgee-1',
  };
}

/** Conditions, and those of the segments they name, however deep. */
function behind(conditions: readonly Condition[], names: Names | undefined): Condition[] {
  const all = [...conditions];
  const seen = new Set<string>();
  for (let index = 0; index < all.length; index += 1) {
    for (const key of segmentsIn(all[index] as Condition)) {
      const segment = seen.has(key) ? undefined : names?.segments.find((one) => one.key === key);
      seen.add(key);
      all.push(...listIn<Condition>(segment?.conditions));
    }
  }
  return all;
}

export function attributesOf(conditions: readonly Condition[]): string[] {
  return [...new Set(['targetingKey', ...conditions.flatMap(attributesIn)])];
}

/** What percentages and splits count by. */
function hashedIn(rule: Rule): string[] {
  return [rule?.rollout, rule?.serve].flatMap((part) =>
    isRecord(part) ? listIn<string>(part.by).filter((name) => name !== '$random') : [],
  );
}

function attributesIn(condition: Condition): string[] {
  return leaves(condition).flatMap((leaf) => (isAttribute(leaf) ? [leaf.attr] : []));
}

export function segmentsIn(condition: Condition): string[] {
  return leaves(condition).flatMap((leaf) => (isSegment(leaf) ? [leaf.segment] : []));
}

function variantNames(variants: unknown): string[] {
  return isRecord(variants) ? Object.keys(variants as Record<string, Json>) : [];
}
