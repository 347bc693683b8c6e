import type { Json, ValueType } from '@burgee/evaluator';
import type { Variant } from './model.ts';
import type { Choice, Plan } from './plan.ts';

/** The flag that serves a feature's variants as values. */
export interface Companion {
  readonly type: ValueType;
  readonly variants: Readonly<Record<string, Json>>;
  /** The name here of one of the feature's variants. */
  nameOf(variant: Variant): string;
  /** All names here of the variants that the feature calls so. */
  namesOf(name: string): readonly string[];
  /** What is served to those who have the feature without a variant; null: the code's default. */
  readonly without: string | null;
}

export function companionKey(feature: string): string {
  return `${feature}~variant`;
}

/** undefined: the feature has no variants. */
export function companionOf(plan: Plan, needsWithout: boolean): Companion | undefined {
  const all = [...plan.rules.map(({ choice }) => choice), plan.default].flatMap(variantsOf);
  if (all.length === 0) return undefined;
  const names = new Map<string, string>();
  const byName = new Map<string, Variant>();
  for (const variant of all) {
    if (names.has(identity(variant))) continue;
    const name = freeName(variant.name, byName);
    names.set(identity(variant), name);
    byName.set(name, variant);
  }
  const without = needsWithout ? freeName('disabled', byName) : null;
  const type = without === null ? typeOf([...byName.values()]) : 'string';
  const values = [...byName].map(([name, variant]) => [name, payloadOf(variant, type)] as const);
  return {
    type,
    variants: Object.fromEntries(without === null ? values : [...values, [without, 'disabled']]),
    nameOf: (variant) => names.get(identity(variant)) ?? variant.name,
    namesOf: (name) => [...byName].filter(([, variant]) => variant.name === name).map(([own]) => own),
    without,
  };
}

function variantsOf(choice: Choice): readonly Variant[] {
  return typeof choice === 'string' ? [] : choice.variants;
}

/** The same name with another payload is another value. */
function identity({ name, payload }: Variant): string {
  return JSON.stringify([name, payload?.type, payload?.value]);
}

function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}~${i}`;
  return free;
}

/** The narrowest type that all payloads have; whatever is mixed or missing is text. */
function typeOf(variants: readonly Variant[]): ValueType {
  const kinds = new Set(variants.map(kindOf));
  if (kinds.size === 1) return [...kinds][0] ?? 'string';
  return [...kinds].every((kind) => kind === 'integer' || kind === 'float') ? 'float' : 'string';
}

function kindOf({ payload }: Variant): ValueType {
  if (payload?.type === 'json' && isObject(payload.value)) return 'object';
  if (payload?.type !== 'number' || payload.value.trim() === '') return 'string';
  const number = Number(payload.value);
  if (!(Math.abs(number) <= Number.MAX_SAFE_INTEGER)) return 'string';
  return Number.isInteger(number) ? 'integer' : 'float';
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** The payload; the name of a variant that has none. */
function payloadOf({ name, payload }: Variant, type: ValueType): Json {
  if (payload === undefined) return name;
  if (type === 'string') return payload.value;
  return type === 'object' ? (JSON.parse(payload.value) as Json) : Number(payload.value);
}
