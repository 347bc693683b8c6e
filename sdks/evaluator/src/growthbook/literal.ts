import type { Json } from '../ruleset.ts';
import { never, type Test } from './verdict.ts';

/** Whether a value equals one that stands in the condition by itself; objects and arrays compare as text. */
export function literalTest(expected: Json, strict: boolean, ignoreCase: boolean): Test {
  if (expected === undefined) return never;
  if (typeof expected === 'object' && expected !== null) {
    const text = JSON.stringify(expected);
    return strict
      ? (value) => typeof value === 'object' && value !== null && JSON.stringify(value) === text
      : (value) => JSON.stringify(value) === text;
  }
  if (strict) return strictTest(expected, ignoreCase);
  return coercingTest(expected, ignoreCase);
}

function strictTest(expected: boolean | number | string | null, ignoreCase: boolean): Test {
  if (typeof expected !== 'string' || !ignoreCase) return (value) => value === expected;
  const lower = expected.toLowerCase();
  return (value) => typeof value === 'string' && value.toLowerCase() === lower;
}

/** Spec 0.8 converts the value to the type of what is expected. */
function coercingTest(expected: boolean | number | string | null, ignoreCase: boolean): Test {
  if (typeof expected === 'string') {
    const lower = expected.toLowerCase();
    return ignoreCase
      ? (value) => String(value).toLowerCase() === lower
      : (value) => value === expected || `${value}` === expected;
  }
  if (typeof expected === 'number') return (value) => (value as number) * 1 === expected;
  if (typeof expected === 'boolean') return (value) => value !== null && !!value === expected;
  return (value) => value === null;
}
