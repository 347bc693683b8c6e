// Written by scripts/generate-operators.ts from spec/operators.json.
export type Operand = 'date' | 'network' | 'none' | 'number' | 'pattern' | 'scalar' | 'text' | 'version';

/** The kind of the values, and how few and how many there may be. */
export type OperatorLimits = readonly [operand: Operand, minValues: number, maxValues: number];

/** Every operator that a condition may name. */
export const operatorTable: Readonly<Record<string, OperatorLimits>> = {
  contains: ['text', 1, 1000],
  date_after: ['date', 1, 1],
  date_before: ['date', 1, 1],
  ends_with: ['text', 1, 1000],
  equals: ['scalar', 1, 1],
  exists: ['none', 0, 0],
  has_all: ['scalar', 1, 1000],
  has_any: ['scalar', 1, 1000],
  in: ['scalar', 1, 10000],
  in_cidr: ['network', 1, 1000],
  matches: ['pattern', 1, 1],
  number_eq: ['number', 1, 1],
  number_gt: ['number', 1, 1],
  number_gte: ['number', 1, 1],
  number_lt: ['number', 1, 1],
  number_lte: ['number', 1, 1],
  semver_eq: ['version', 1, 1],
  semver_gt: ['version', 1, 1],
  semver_gte: ['version', 1, 1],
  semver_lt: ['version', 1, 1],
  semver_lte: ['version', 1, 1],
  starts_with: ['text', 1, 1000],
};

/** The operators of conditions under the semantics of Unleash. */
export const unleashOperators: Readonly<Record<string, OperatorLimits>> = {
  DATE_AFTER: ['text', 0, 10000],
  DATE_BEFORE: ['text', 0, 10000],
  IN: ['text', 0, 10000],
  IN_CIDR: ['text', 0, 10000],
  NOT_IN: ['text', 0, 10000],
  NUM_EQ: ['text', 0, 10000],
  NUM_GT: ['text', 0, 10000],
  NUM_GTE: ['text', 0, 10000],
  NUM_LT: ['text', 0, 10000],
  NUM_LTE: ['text', 0, 10000],
  REGEX: ['pattern', 0, 10000],
  SEMVER_EQ: ['text', 0, 10000],
  SEMVER_GT: ['text', 0, 10000],
  SEMVER_GTE: ['text', 0, 10000],
  SEMVER_LT: ['text', 0, 10000],
  SEMVER_LTE: ['text', 0, 10000],
  STR_CONTAINS: ['text', 0, 10000],
  STR_ENDS_WITH: ['text', 0, 10000],
  STR_STARTS_WITH: ['text', 0, 10000],
};

/** Names that no key may have, in lower case. */
export const reservedKeys: readonly string[] = [
  '.',
  '..',
  '__definegetter__',
  '__definesetter__',
  '__lookupgetter__',
  '__lookupsetter__',
  '__proto__',
  'constructor',
  'hasownproperty',
  'isprototypeof',
  'propertyisenumerable',
  'prototype',
  'tolocalestring',
  'tostring',
  'valueof',
];
