import { isObject, type JsonObject } from './document.ts';

/**
 * GrowthBook compares objects as text, so the order of their fields counts, and a database that keeps JSON by its own order
 * loses it: every value and condition that another order would change, by its text in sorted order.
 */
export function textsOf(parts: readonly unknown[]): JsonObject {
  const texts: Record<string, string> = {};
  for (const root of parts.flatMap(rootsIn)) {
    const text = JSON.stringify(root);
    if (text !== JSON.stringify(reorder(root, byLength))) texts[JSON.stringify(reorder(root, byName))] = text;
  }
  return texts;
}

/** What is compared, or holds what is compared. */
function rootsIn(part: unknown): unknown[] {
  if (Array.isArray(part)) return part.flatMap(rootsIn);
  if (!isObject(part)) return [];
  return Object.entries(part).flatMap(([name, inner]) => {
    if (['defaultValue', 'force', 'condition'].includes(name)) return [inner];
    if (['variations', 'contextualVariations'].includes(name) && Array.isArray(inner)) return inner;
    return rootsIn(inner);
  });
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** As Postgres keeps it: shorter names first. */
function byLength(a: string, b: string): number {
  return bytesOf(a) - bytesOf(b) || byName(a, b);
}

function bytesOf(name: string): number {
  return encodeURIComponent(name).replace(/%../g, '_').length;
}

function reorder(value: unknown, compare: (a: string, b: string) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => reorder(item, compare));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(fields.map(([name, part]) => [name, reorder(part, compare)]));
}
