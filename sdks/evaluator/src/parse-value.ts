import { byteLength } from './grammar.ts';
import {
  at,
  type Check,
  fault,
  INEXACT,
  isCount,
  isExact,
  isObject,
  isOfSize,
  type Place,
  text,
  typeName,
} from './parse-json.ts';

export const VALUE_TYPES: readonly unknown[] = ['boolean', 'string', 'integer', 'float', 'object'];

/** A value of the flag's type. */
export const flagValue: Check = (value, place) => {
  if (!isOfSize(value, 65_536, 32, place)) return;
  const { type } = place;
  if (VALUE_TYPES.includes(type) && !isOfType(value, place)) fault(place, `expected ${type}, got ${typeName(value)}`);
  if (some(value, (part) => !isExact(part))) fault(place, INEXACT);
  if (some(value, isReserved)) fault(place, 'reserved field __proto__');
};

function isOfType(value: unknown, { type, isImported }: Place): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object' && isImported) return value !== null;
  return typeName(value) === (type === 'float' ? 'number' : type);
}

/** Whether the test holds for a value or for anything in it. */
function some(value: unknown, test: (part: unknown) => boolean): boolean {
  return test(value) || (typeof value === 'object' && Object.values(value ?? {}).some((part) => some(part, test)));
}

function isReserved(value: unknown): boolean {
  return typeof value === 'object' && Object.hasOwn(value ?? {}, '__proto__');
}

export const metadata: Check = (value, place) => {
  if (!isObject(value, place)) return;
  const entries = Object.entries(value as object);
  isCount(entries.length, 0, 100, 'entries', place);
  for (const [name, datum] of entries) {
    const here = at(place, name);
    text(128)(name, here);
    if (name === '__proto__') fault(here, 'reserved field __proto__');
    if (!isExact(datum)) fault(here, INEXACT);
    else if (!['string', 'number', 'boolean'].includes(typeof datum))
      fault(here, `expected string, number or boolean, got ${typeName(datum)}`);
    else if (byteLength(String(datum)) > 1024) fault(here, 'at most 1,024 bytes');
  }
};
