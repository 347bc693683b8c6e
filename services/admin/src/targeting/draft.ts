import type { Flag, Json, Requirement, Rule, SemanticsName, Serve } from '@burgee/evaluator';

/** The targeting of one flag in one environment while somebody edits it. */
export interface Draft {
  readonly enabled: boolean;
  readonly off: string | null;
  readonly requires: readonly Requirement[];
  readonly rules: readonly Rule[];
  readonly default: Serve;
  readonly salt: string | null;
  readonly semantics: SemanticsName;
  /** The flag as GrowthBook or flagd wrote it; null where rules decide. */
  readonly foreign: Json;
}

/** The stored columns a draft is read from. */
export interface StoredTargeting {
  readonly enabled: boolean;
  readonly offVariant: string | null;
  readonly requires: unknown;
  readonly rules: unknown;
  readonly defaultServe: unknown;
  readonly salt?: string | null;
  readonly semantics?: string | null;
  readonly foreign?: unknown;
}

/** Reads a stored setting and keeps every part as it is; what the editor has no fields for, it shows as JSON (`shape.ts`). */
export function readDraft(stored: StoredTargeting): Draft {
  return {
    enabled: stored.enabled,
    off: stored.offVariant,
    requires: listIn<Requirement>(stored.requires),
    rules: listIn<Rule>(stored.rules),
    default: (stored.defaultServe ?? null) as Serve,
    salt: stored.salt ?? null,
    semantics: (stored.semantics ?? 'burgee-1') as SemanticsName,
    foreign: (stored.foreign ?? null) as Json,
  };
}

/** The draft that a converted flag makes; the switch stays as it is. */
export function draftOf(flag: Flag, enabled: boolean): Draft {
  const { off, requires = [], rules = [], salt = null, semantics = 'burgee-1', foreign = null } = flag;
  return { enabled, off, requires, rules, default: flag.default, salt, semantics, foreign };
}

/** A list of a stored row; an absent one is empty. */
export function listIn<Item>(stored: unknown): readonly Item[] {
  return Array.isArray(stored) ? (stored as readonly Item[]) : [];
}

/** Adds a rule at the end; it matches nobody until its condition is filled in. */
export function addRule(draft: Draft, variants: readonly string[]): Draft {
  const id = freshId(draft.rules);
  const serve = variants.includes('on') ? 'on' : (variants[0] ?? null);
  const isUnleash = draft.semantics !== 'burgee-1';
  const anyone = { attr: isUnleash ? 'userId' : 'targetingKey', op: isUnleash ? 'IN' : 'in', values: [] };
  return { ...draft, rules: [...draft.rules, { id, if: [anyone], serve }] };
}

export function replaceRule(draft: Draft, index: number, rule: Rule): Draft {
  return { ...draft, rules: draft.rules.with(index, rule) };
}

export function removeRule(draft: Draft, index: number): Draft {
  return { ...draft, rules: draft.rules.toSpliced(index, 1) };
}

/** Moves a rule by one place; the first match decides, so the order matters. */
export function moveRule(draft: Draft, index: number, by: -1 | 1): Draft {
  const target = index + by;
  const rule = draft.rules[index];
  if (rule === undefined || target < 0 || target >= draft.rules.length) return draft;
  return { ...draft, rules: draft.rules.toSpliced(index, 1).toSpliced(target, 0, rule) };
}

/**
 * Sets or takes away one optional part, which keeps its place among the others: an absent part and an undefined one are
 * not the same on the wire.
 */
export function withPart<Whole extends object, Part extends keyof Whole>(
  whole: Whole,
  part: Part,
  value: Whole[Part] | undefined,
): Whole {
  if (value !== undefined) return { ...whole, [part]: value };
  const { [part]: _old, ...rest } = whole;
  return rest as Whole;
}

/** JSON text with sorted names, so that equal values give equal text. */
export function stable(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function freshId(rules: readonly Rule[]): string {
  const taken = new Set(rules.map((rule) => rule.id));
  let number = rules.length + 1;
  while (taken.has(`rule-${number}`)) number += 1;
  return `rule-${number}`;
}
