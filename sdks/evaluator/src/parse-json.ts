import { byteLength } from './grammar.ts';
import { reservedKeys } from './operators.generated.ts';

/** Takes one fault. */
export type Report = (path: string, message: string) => void;

/** Where the parser is, and who hears of faults. */
export interface Place {
  readonly path: string;
  readonly report: Report;
  /** Whether fields that nobody knows are faults. */
  readonly strict: boolean;
}

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** The type of a value in JSON's words, which are those of Postgres' `jsonb_typeof`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeName(value) === 'object';
}

/** The place of a field; the path of the whole is empty. */
export function at(place: Place, field: string): Place {
  return { ...place, path: place.path === '' ? field : `${place.path}.${field}` };
}

export function atIndex(place: Place, index: number): Place {
  return { ...place, path: `${place.path}[${index}]` };
}

export function fault({ path, report }: Place, message: string): void {
  report(path, message);
}

/** undefined, and a fault, when the value is of another type. */
export function expectType(value: unknown, type: JsonType, place: Place): boolean {
  if (typeName(value) === type) return true;
  fault(place, value === undefined ? 'is missing' : `expected ${type}, got ${typeName(value)}`);
  return false;
}

/** Own fields only: what an object inherits is not part of it. */
export function fieldOf(record: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

/** Faults the fields that nobody knows. */
export function expectFields(record: Record<string, unknown>, known: readonly string[], place: Place): void {
  if (!place.strict) return;
  for (const field of Object.keys(record)) {
    if (known.includes(field)) continue;
    const meant = known.find((name) => lowerCase(name) === lowerCase(field));
    fault(at(place, field), meant === undefined ? 'unknown field' : `unknown field; did you mean ${meant}`);
  }
}

/** ASCII only: the same in every locale and every database. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A text of at least one byte without control characters. */
export function expectText(value: unknown, limit: number, place: Place): void {
  if (!expectType(value, 'string', place)) return;
  const text = value as string;
  if (byteLength(text) < 1 || byteLength(text) > limit) fault(place, `must be 1 to ${limit} bytes`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) fault(place, 'control characters are refused');
}

const RESERVED = new Set(reservedKeys);

/** The grammar of flag keys, segment keys and variant names; `noun` is the word for it in the sentence. */
export function expectKey(value: unknown, noun: string, place: Place): void {
  if (!expectType(value, 'string', place)) return;
  const key = value as string;
  if (byteLength(key) < 1 || byteLength(key) > 128) fault(place, `${noun} must be 1 to 128 characters`);
  else if (RESERVED.has(lowerCase(key))) fault(place, `reserved ${noun}`);
  else if (!/^[a-z0-9._-]+$/.test(key)) fault(place, `${noun} may contain a-z 0-9 . _ -`);
}

/** What is too large or too deep is told so and not looked at any further. */
export function expectSize(value: unknown, limits: { bytes: number; levels: number }, place: Place): boolean {
  const fits = jsonSize(value, limits.bytes, limits.levels) <= limits.bytes;
  if (!fits) fault(place, `at most ${grouped(limits.bytes)} bytes and ${limits.levels} levels`);
  return fits;
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
  const isArray = Array.isArray(value);
  let size = 1;
  for (const [key, part] of Object.entries(value)) {
    if (size > limit) return size;
    size += 1 + (isArray ? 0 : byteLength(key) + 3) + jsonSize(part, limit - size, levels - 1);
  }
  return size;
}

/** A whole number with commas between its thousands. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Numbers beyond 2^53 - 1 are not the same number in every language. */
export function expectExact(value: unknown, place: Place): void {
  if (!(Math.abs(value as number) <= Number.MAX_SAFE_INTEGER)) fault(place, 'number too large to be exact');
}
