import type { Flag, Json } from '@burgee/evaluator';
import { isObject, type JsonObject } from './document.ts';

/** What the rules of one flag are converted with. */
export interface Conversion {
  readonly flag: Flag;
  readonly feature: JsonObject;
  readonly note: (text: string) => void;
}

/** The variant of a value; null: the code's default. */
export function variantOf(value: Json | undefined, { flag }: Pick<Conversion, 'flag'>): string | null {
  if (value === null || value === undefined) return null;
  const text = sorted(value);
  return Object.entries(flag.variants).find(([, one]) => sorted(one) === text)?.[0] ?? null;
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
