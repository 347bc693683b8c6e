import { z } from 'zod';
import type { Json } from '../graphql.ts';

export type Condition =
  | { attr: string; op: string; values?: Json[]; not?: boolean }
  | { segment: string; not?: boolean }
  | { all: Condition[] }
  | { any: Condition[] }
  | { none: Condition[] };
export type Ramp = { from: number; to: number; start: string; end: string };
export type Serve = string | null | { split: [string, number][] };
export type Requirement = { flag: string; variants: string[] };
export type Rule = {
  id: string;
  name?: string;
  if?: Condition[];
  requires?: Requirement[];
  rollout?: number | Ramp;
  serve?: Serve;
};

/** The targeting of one flag in one environment while somebody edits it. */
export interface Draft {
  readonly enabled: boolean;
  readonly off: string | null;
  readonly requires: readonly Requirement[];
  readonly rules: readonly Rule[];
  readonly default: Serve;
}

/** The stored columns a draft is read from. */
export interface StoredTargeting {
  readonly enabled: boolean;
  readonly offVariant: string | null;
  readonly requires: unknown;
  readonly rules: unknown;
  readonly defaultServe: unknown;
}

/** Reads a stored setting; `undefined` when it has a form this editor does not know, which is then shown as it is. */
export function readDraft(stored: StoredTargeting): Draft | undefined {
  const parsed = draftShape.safeParse({
    enabled: stored.enabled,
    off: stored.offVariant,
    requires: stored.requires ?? [],
    rules: stored.rules ?? [],
    default: stored.defaultServe,
  });
  return parsed.success ? (parsed.data as Draft) : undefined;
}

/** Adds a rule at the end; it serves nobody until its percentage is raised. */
export function addRule(draft: Draft, variants: readonly string[]): Draft {
  const id = freshId(draft.rules);
  const serve = variants.includes('on') ? 'on' : (variants[0] ?? null);
  return { ...draft, rules: [...draft.rules, { id, if: [{ attr: 'targetingKey', op: 'in', values: [] }], serve }] };
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

/** Sets or takes away one optional part of a rule: an absent part and an undefined one are not the same on the wire. */
export function withPart<Part extends keyof Rule>(rule: Rule, part: Part, value: Rule[Part] | undefined): Rule {
  const { [part]: _old, ...rest } = rule;
  return (value === undefined ? rest : { ...rest, [part]: value }) as Rule;
}

export function sameDraft(one: Draft, other: Draft): boolean {
  return stable(one) === stable(other);
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

const condition: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({
      attr: z.string(),
      op: z.string(),
      values: z.array(z.json()).optional(),
      not: z.boolean().optional(),
    }),
    z.strictObject({ segment: z.string(), not: z.boolean().optional() }),
    z.strictObject({ all: z.array(condition) }),
    z.strictObject({ any: z.array(condition) }),
    z.strictObject({ none: z.array(condition) }),
  ]),
);
const serve = z.union([z.string(), z.null(), z.strictObject({ split: z.array(z.tuple([z.string(), z.number()])) })]);
const requirement = z.strictObject({ flag: z.string(), variants: z.array(z.string()) });
const ramp = z.strictObject({ from: z.number(), to: z.number(), start: z.string(), end: z.string() });
const draftShape = z.object({
  enabled: z.boolean(),
  off: z.string().nullable(),
  requires: z.array(requirement),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string().optional(),
      if: z.array(condition).optional(),
      requires: z.array(requirement).optional(),
      rollout: z.union([z.number(), ramp]).optional(),
      serve: serve.optional(),
    }),
  ),
  default: serve,
});

/** Conditions of a segment, read in the same way. */
export function readConditions(stored: unknown): Condition[] | undefined {
  const parsed = z.array(condition).safeParse(stored ?? []);
  return parsed.success ? (parsed.data as Condition[]) : undefined;
}
