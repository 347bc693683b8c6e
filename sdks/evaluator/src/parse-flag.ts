import { operatorTable, unleashOperators } from './operators.generated.ts';
import {
  at,
  type Check,
  type Fields,
  fault,
  fieldOf,
  isCount,
  isObject,
  isOfSize,
  isRecord,
  isText,
  isTruth,
  key,
  object,
  optional,
  type Place,
  text,
  typed,
  type UnknownFields,
} from './parse-json.ts';
import { requirements, rules } from './parse-rule.ts';
import { serve, variantOrNull } from './parse-serve.ts';
import { flagValue, metadata, VALUE_TYPES } from './parse-value.ts';
import type { Problem } from './ruleset.ts';

/** Those whose flags have rules; the others are kept as they came. */
export const COMMON_SEMANTICS: readonly unknown[] = ['burgee-1', 'unleash', 'unleash-node'];
const SEMANTICS = [...COMMON_SEMANTICS, 'growthbook-1', 'growthbook-2', 'flagd-1', 'flagd-2', 'flagd-3'];

/** All that is wrong with the shape of one flag; the same set as SQL's `burgee.flag_problems`. */
export function flagProblems(input: unknown, unknown?: UnknownFields): Problem[] {
  const flag = isRecord(input) ? input : {};
  const semantics = fieldOf(flag, 'semantics') ?? 'burgee-1';
  const isImported = semantics !== 'burgee-1' && SEMANTICS.includes(semantics);
  const [variants, type] = ['variants', 'type'].map((field) => fieldOf(flag, field));
  const place: Place = {
    ...{ path: '', problems: [], unknown, type, isImported },
    variants: isRecord(variants) ? variants : {},
    operators: isImported ? unleashOperators : operatorTable,
  };
  const isForeign = isImported && !COMMON_SEMANTICS.includes(semantics);
  if (isOfSize(input, 1_048_576, 64, place)) (isForeign ? foreignFlag : commonFlag)(input, place);
  return place.problems;
}

const extras: Fields = {
  salt: optional(text(256)),
  semantics: optional((value, place) => {
    if (!SEMANTICS.includes(value)) fault(place, `unknown semantics; known: ${SEMANTICS.join(', ')}`);
  }),
  clientVisible: optional(isTruth),
  needs: optional((value, place) => {
    if (!(Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000)) {
      fault(place, 'expected a level: a whole number from 1 to 1,000');
    }
  }),
  metadata: optional(metadata),
};

const base: Fields = {
  key: key('key', ({ isImported }) => isImported),
  enabled: isTruth,
  type: (value, place) => {
    if (isText(value, place) && !VALUE_TYPES.includes(value)) fault(place, `expected one of ${VALUE_TYPES.join(', ')}`);
  },
  variants,
  off: variantOrNull,
};

const commonFlag: Check = object({
  ...base,
  requires: optional(requirements),
  rules: optional(rules),
  default: serve,
  ...extras,
  foreign: refused('foreign is for growthbook and flagd semantics'),
});

const noRules = refused('rules are for semantics that follow the common type');
const foreignFlag: Check = object({
  ...base,
  requires: noRules,
  rules: noRules,
  default: typed('null'),
  ...extras,
  foreign: isObject,
});

function refused(message: string): Check {
  return optional((_, place) => fault(place, message));
}

const variantName = key('variant name', ({ isImported }) => isImported);

function variants(value: unknown, place: Place): void {
  if (!isObject(value, place)) return;
  const entries = Object.entries(value as object);
  isCount(entries.length, place.isImported ? 1 : 2, 100, 'variants', place);
  for (const [name, variant] of entries) {
    variantName(name, at(place, name));
    flagValue(variant, at(place, name));
  }
}
