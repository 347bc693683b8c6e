import { isRecord } from '../parse-json.ts';
import type { Json } from '../ruleset.ts';

/** Objects whose fields stood in another order than the store keeps, by their sorted text: `texts` of a feature. */
export type Texts = Readonly<Record<string, unknown>>;

/**
 * A value as GrowthBook's file had it: the order of fields counts where objects are compared as text,
 * and a store that keeps JSON by its own order loses it.
 */
export function asWritten(value: Json, texts: Texts): Json {
  if (typeof value !== 'object' || value === null) return value;
  const key = sortedText(value);
  const text = Object.hasOwn(texts, key) ? texts[key] : undefined;
  if (typeof text !== 'string') return value;
  try {
    const written = JSON.parse(text) as Json;
    return sortedText(written) === key ? written : value;
  } catch {
    return value;
  }
}

/** Text that is the same for equal values, whatever the order of their fields. */
export function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
