import { byteLength } from './grammar.ts';
import {
  at,
  expectExact,
  expectFields,
  expectKey,
  expectSize,
  expectText,
  expectType,
  fault,
  fieldOf,
  isRecord,
  type Place,
  typeName,
} from './parse-json.ts';
import { expectRequirements, expectRules, expectServe } from './parse-rule.ts';
import type { Problem } from './ruleset.ts';

const FIELDS = [
  'key',
  'enabled',
  'type',
  'variants',
  'off',
  'requires',
  'rules',
  'default',
  'salt',
  'semantics',
  'clientVisible',
  'needs',
  'metadata',
];
const TYPES = ['boolean', 'string', 'integer', 'float', 'object'];
const FLAG_LIMITS = { bytes: 1_048_576, levels: 64 };
const VALUE_LIMITS = { bytes: 65_536, levels: 32 };

/** All that is wrong with the shape of one flag; the same set as SQL's `burgee.flag_problems`. */
export function flagProblems(input: unknown, mode: 'strict' | 'lenient'): Problem[] {
  const problems: Problem[] = [];
  const strict = mode === 'strict';
  const place: Place = { path: '', strict, report: (path, message) => problems.push({ path, message }) };
  if (!expectSize(input, FLAG_LIMITS, place) || !isRecord(input)) {
    if (problems.length === 0) expectType(input, 'object', place);
    return problems;
  }
  expectFields(input, FIELDS, place);
  const field = (name: string) => fieldOf(input, name);
  expectKey(field('key'), 'key', at(place, 'key'));
  expectType(field('enabled'), 'boolean', at(place, 'enabled'));
  expectValueType(field('type'), at(place, 'type'));
  expectVariants(field('variants'), field('type'), at(place, 'variants'));
  const flag = { variants: variantNames(field('variants')), isBoolean: field('type') === 'boolean' };
  expectOff(field('off'), flag.variants, at(place, 'off'));
  if (Object.hasOwn(input, 'requires')) expectRequirements(input.requires, at(place, 'requires'));
  if (Object.hasOwn(input, 'rules')) expectRules(input.rules, flag, at(place, 'rules'));
  expectServe(field('default'), flag.variants, at(place, 'default'));
  expectExtras(input, place);
  return problems;
}

/** The fields that a plain flag does without. */
function expectExtras(flag: Record<string, unknown>, place: Place): void {
  if (Object.hasOwn(flag, 'salt')) expectText(flag.salt, 256, at(place, 'salt'));
  if (Object.hasOwn(flag, 'semantics') && flag.semantics !== 'burgee-1') {
    fault(at(place, 'semantics'), 'unknown semantics; known: burgee-1');
  }
  if (Object.hasOwn(flag, 'clientVisible')) expectType(flag.clientVisible, 'boolean', at(place, 'clientVisible'));
  if (Object.hasOwn(flag, 'needs') && !isLevel(flag.needs)) {
    fault(at(place, 'needs'), 'expected a level: a whole number from 1 to 1,000');
  }
  if (Object.hasOwn(flag, 'metadata')) expectMetadata(flag.metadata, at(place, 'metadata'));
}

function isLevel(needs: unknown): boolean {
  return Number.isInteger(needs) && (needs as number) >= 1 && (needs as number) <= 1000;
}

function expectValueType(type: unknown, place: Place): void {
  if (!expectType(type, 'string', place)) return;
  if (!TYPES.includes(type as string)) fault(place, `expected one of ${TYPES.join(', ')}`);
}

function variantNames(variants: unknown): ReadonlySet<unknown> {
  return new Set(isRecord(variants) ? Object.keys(variants) : []);
}

function expectVariants(variants: unknown, type: unknown, place: Place): void {
  if (!expectType(variants, 'object', place)) return;
  const entries = Object.entries(variants as object);
  if (entries.length < 2 || entries.length > 100) fault(place, '2 to 100 variants');
  for (const [name, value] of entries) {
    expectKey(name, 'variant name', at(place, name));
    expectValue(value, type, at(place, name));
  }
}

function expectValue(value: unknown, type: unknown, place: Place): void {
  if (!expectSize(value, VALUE_LIMITS, place)) return;
  if (TYPES.includes(type as string) && !isOfType(value, type as string)) {
    fault(place, `expected ${type}, got ${typeName(value)}`);
  }
  if (!hasExactNumbers(value)) fault(place, 'number too large to be exact');
  if (hasReservedField(value)) fault(place, 'reserved field __proto__');
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value);
  return typeName(value) === (type === 'float' ? 'number' : type);
}

function hasExactNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return typeof value !== 'object' || value === null || Object.values(value).every(hasExactNumbers);
}

function hasReservedField(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasReservedField);
}

function expectOff(off: unknown, variants: ReadonlySet<unknown>, place: Place): void {
  if (off === null || !expectType(off, 'string', place)) return;
  if (!variants.has(off)) fault(place, `no variant named ${off}`);
}

function expectMetadata(metadata: unknown, place: Place): void {
  if (!expectType(metadata, 'object', place)) return;
  const entries = Object.entries(metadata as object);
  if (entries.length > 100) fault(place, 'at most 100 entries');
  for (const [name, value] of entries) expectMetadatum(name, value, at(place, name));
}

function expectMetadatum(name: string, value: unknown, place: Place): void {
  expectText(name, 128, place);
  if (name === '__proto__') fault(place, 'reserved field __proto__');
  if (typeof value === 'number') expectExact(value, place);
  else if (typeof value === 'string' && byteLength(value) > 1024) fault(place, 'at most 1,024 bytes');
  else if (typeof value !== 'string' && typeof value !== 'boolean')
    fault(place, `expected string, number or boolean, got ${typeName(value)}`);
}
