import { toNumber } from './number.ts';
import { Undecidable } from './work.ts';

export type List = readonly unknown[];
export type Fields = { readonly [name: string]: unknown };

export function isList(value: unknown): value is List {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Null for whatever is not there, and only what the map itself has. */
export function field(map: Fields, name: string): unknown {
  return Object.hasOwn(map, name) ? (map[name] ?? null) : null;
}

/** NaN is true; empty texts, lists and maps are false. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0;
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return value === true || (typeof value === 'string' && value !== '');
}

/** The arguments of an operator that wants a list. */
export function listOf(value: unknown): List {
  if (isList(value)) return value;
  throw new Undecidable(`a list is wanted, not ${nameOf(value)}`);
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Undecidable(`a text is wanted, not ${nameOf(value)}`);
}

/** The argument at an index that must be there. */
export function argument(list: List, index: number): unknown {
  if (index < list.length) return list[index] ?? null;
  throw new Undecidable(`argument ${index + 1} is missing`);
}

/** Go's comparison of two values that may be of any type: of two maps or two lists it is an error. */
export function isIdentical(a: unknown, b: unknown): boolean {
  if ((isMap(a) && isMap(b)) || (isList(a) && isList(b))) {
    throw new Undecidable('lists and objects can not be compared');
  }
  return a === b;
}

/** `==`: null equals only null, two texts are compared as texts, everything else as numbers. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  return toNumber(a) === toNumber(b);
}

/** `===`: of the same type, and equal. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b;
  return typeof a === typeof b && isEqual(a, b);
}

/** `<`: two texts by their code points, everything else as numbers. */
export function isLess(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b) < 0;
  return toNumber(a) < toNumber(b);
}

/** By code points, as their UTF-8 bytes would be compared. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const one = a.charCodeAt(i);
    const other = b.charCodeAt(i);
    if (one !== other) return weight(one) - weight(other);
  }
  return a.length - b.length;
}

/** Halves of surrogate pairs stand for code points above all others. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

export function nameOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (isList(value)) return 'a list';
  return isMap(value) ? 'an object' : `a ${typeof value}`;
}
