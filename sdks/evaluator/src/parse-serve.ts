import {
  at,
  type Check,
  type Fields,
  fault,
  isRecord,
  isText,
  list,
  object,
  optional,
  type Place,
  text,
  typed,
  typeName,
} from './parse-json.ts';
import { flagValue, metadata } from './parse-value.ts';

const WEIGHTS = 'weights are in 1/1000 % and sum to 100,000';
const OTHER_WEIGHTS = 'weights are numbers of 0 or more';

/** A variant of the flag. */
export const variant: Check = (name, place) => {
  if (isText(name, place) && !Object.hasOwn(place.variants ?? {}, name as string)) {
    fault(place, `no variant named ${name}`);
  }
};

export const variantOrNull: Check = (name, place) => {
  if (name !== null) variant(name, place);
};

/** By what a hash decides. */
export const hashed: Fields = { by: optional(list(text(256), 1, 5, 'attributes')), seed: optional(text(256)) };

export const serve: Check = (value, place) => {
  if (value === undefined || typeof value === 'string') variantOrNull(value, place);
  else if (isRecord(value)) (Object.hasOwn(value, 'value') ? literal : split)(value, place);
  else if (value !== null) fault(place, `expected variant, null, value or split, got ${typeName(value)}`);
};

const literal: Check = object({ value: flagValue });
const split: Check = object({ split: arms, ...hashed });

function arms(value: unknown, place: Place): void {
  if (!typed('array')(value, place)) return;
  const seen = new Set<string>();
  let sum = 0;
  for (const [i, arm] of (value as readonly unknown[]).entries()) {
    const weight = expectArm(arm, seen, at(place, i));
    sum += weight;
  }
  if (!place.isImported && !Number.isNaN(sum) && sum !== 100_000) fault(place, WEIGHTS);
}

/** Its weight; NaN where there is none. */
function expectArm(arm: unknown, seen: Set<string>, place: Place): number {
  const [name, weight, extra] = Array.isArray(arm) && arm.length < 4 ? arm : [];
  if (typeof name !== 'string' || typeof weight !== 'number') {
    fault(place, 'expected [variant, weight] or [variant, weight, metadata]');
    return Number.NaN;
  }
  variant(name, at(place, 0));
  if (!place.isImported && seen.has(name)) fault(at(place, 0), 'this variant has a weight already');
  seen.add(name);
  optional(metadata)(extra, at(place, 2));
  const isWeight = weight >= 0 && (place.isImported ? weight < Number.POSITIVE_INFINITY : isPart(weight));
  if (isWeight) return weight;
  fault(at(place, 1), place.isImported ? OTHER_WEIGHTS : WEIGHTS);
  return Number.NaN;
}

function isPart(weight: number): boolean {
  return Number.isInteger(weight) && weight <= 100_000;
}
