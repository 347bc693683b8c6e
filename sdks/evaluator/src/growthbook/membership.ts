import type { Test } from './verdict.ts';

/** Whether a value, or any item of a list, is one of a list; no conversion, and objects are never equal. */
export function membership(list: readonly unknown[], ignoreCase: boolean): Test {
  const members = new Set(ignoreCase ? list.map(folded) : list);
  const has = ignoreCase ? (value: unknown) => members.has(folded(value)) : (value: unknown) => members.has(value);
  return (value) => (Array.isArray(value) ? value.some(has) : has(value));
}

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
