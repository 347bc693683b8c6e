import { byteLength } from './grammar.ts';
import { type OperatorLimits, reservedKeys } from './operators.generated.ts';
import type { Problem } from './ruleset.ts';

/** Says what is wrong with a value; a missing one is undefined. */
export type Check = (value: unknown, place: Place) => void;

/** What an object may hold, by field. */
export type Fields = Readonly<Record<string, Check>>;

/** Where the parser is. */
export interface Place {
  readonly path: string;
  /** Takes the faults. */
  readonly problems: Problem[];
  /** Faults the fields that nobody knows, for whoever writes; whoever reads leaves them alone. */
  readonly unknown: UnknownFields | undefined;
  /** Of the flag, where it is one. */
  readonly type?: unknown;
  readonly variants?: object;
  /** Whether the flag follows another system's semantics: wider names, and values of any kind under `object`. */
  readonly isImported: boolean;
  /** Of the conditions. */
  readonly operators: Readonly<Record<string, OperatorLimits>>;
}

export type UnknownFields = (record: object, known: Fields, place: Place) => void;

/** The type of a value in JSON's words, which are those of Postgres' `jsonb_typeof`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeName(value) === 'object';
}

/** The place of a field or, by a number, of an item; the path of the whole is empty. */
export function at(place: Place, part: string | number): Place {
  const { path } = place;
  const field = path === '' ? `${part}` : `${path}.${part}`;
  return { ...place, path: typeof part === 'number' ? `${path}[${part}]` : field };
}

export function fault({ path, problems }: Place, message: string): void {
  problems.push({ path, message });
}

/** A value of one type. */
export function typed(type: string): (value: unknown, place: Place) => boolean {
  return (value, place) => {
    if (typeName(value) === type) return true;
    fault(place, value === undefined ? 'is missing' : `expected ${type}, got ${typeName(value)}`);
    return false;
  };
}

export function optional(check: Check): Check {
  return (value, place) => {
    if (value !== undefined) check(value, place);
  };
}

/** An object; fields that it inherits are not part of it. */
export function object(fields: Fields): Check {
  return (value, place) => {
    if (!isObject(value, place)) return;
    const record = value as Readonly<Record<string, unknown>>;
    place.unknown?.(record, fields, place);
    for (const [field, check] of Object.entries(fields)) check(fieldOf(record, field), at(place, field));
  };
}

export const isObject: (value: unknown, place: Place) => boolean = typed('object');
export const isText: (value: unknown, place: Place) => boolean = typed('string');
export const isTruth: Check = typed('boolean');

/** Own fields only. */
export function fieldOf<Value>(record: Readonly<Record<string, Value>>, field: string): Value | undefined {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

/** A list of some length; a longer one is not looked into. */
export function list(check: Check, least: number, most: number, noun: string): Check {
  return (value, place) => {
    if (!typed('array')(value, place)) return;
    const items = value as readonly unknown[];
    if (isCount(items.length, least, most, noun, place))
      for (const [i, item] of items.entries()) check(item, at(place, i));
  };
}

export function isCount(count: number, least: number, most: number, noun: string, place: Place): boolean {
  if (count >= least && count <= most) return true;
  fault(place, `${least === 0 ? 'at most' : `${least} to`} ${grouped(most)} ${noun}`);
  return false;
}

/** A text of at least one byte without control characters. */
export function text(limit: number): Check {
  return (value, place) => {
    if (!isText(value, place)) return;
    const bytes = byteLength(value as string);
    if (bytes < 1 || bytes > limit) fault(place, `must be 1 to ${limit} bytes`);
    if (CONTROL.test(value as string)) fault(place, 'control characters are refused');
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The grammar of keys and variant names; `noun` is the word for them. */
export function key(noun: string, isWide: (place: Place) => boolean): Check {
  return (value, place) => {
    if (!isText(value, place)) return;
    const name = value as string;
    const bytes = byteLength(name);
    if (bytes < 1 || bytes > 128) fault(place, `${noun} must be 1 to 128 characters`);
    else if (reservedKeys.includes(lowerCase(name))) fault(place, `reserved ${noun}`);
    else if (!isWide(place)) {
      if (!/^[a-z0-9._-]+$/.test(name)) fault(place, `${noun} may contain a-z 0-9 . _ -`);
    } else if (CONTROL.test(name) || name.includes('/'))
      fault(place, `${noun} may not contain / or control characters`);
  };
}

/** ASCII only: the same in every locale and every database. */
export function lowerCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** What is too large or too deep is told so and not looked at any further. */
export function isOfSize(value: unknown, bytes: number, levels: number, place: Place): boolean {
  if (jsonSize(value, bytes, levels) <= bytes) return true;
  fault(place, `at most ${grouped(bytes)} bytes and ${levels} levels`);
  return false;
}

/**
 * Size of a JSON value, about the bytes of its shortest text: a number counts 1, an escaped character as it is.
 * Counting stops above `limit` bytes and is endless below `levels`, so no value is too large to ask for.
 */
function jsonSize(value: unknown, limit: number, levels: number): number {
  if (typeof value === 'string') return 2 + byteLength(value);
  if (typeof value === 'boolean' || value === null) return String(value).length;
  if (typeof value !== 'object') return 1;
  if (levels === 0) return Number.POSITIVE_INFINITY;
  if (Array.isArray(value) && value.length > limit) return value.length; // no JSON: a list of holes has no entries
  let size = 1;
  for (const [name, part] of Object.entries(value)) {
    if (size > limit) return size;
    size += 1 + (Array.isArray(value) ? 0 : byteLength(name) + 3) + jsonSize(part, limit - size, levels - 1);
  }
  return size;
}

/** A whole number with commas between its thousands. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Numbers beyond 2^53 - 1 are not the same number in every language. */
export function isExact(value: unknown): boolean {
  return typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

export const INEXACT = 'number too large to be exact';
