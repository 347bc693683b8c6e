// Written by scripts/generate-operators.ts from spec/operators.json.
export type Operand = 'date' | 'none' | 'number' | 'pattern' | 'scalar' | 'text' | 'version';

export interface OperatorLimits {
  readonly operand: Operand;
  readonly minValues: number;
  readonly maxValues: number;
}

/** Every operator a condition may name, with the kind and the number of values it takes. */
export const operatorTable: Readonly<Record<string, OperatorLimits>> = {
  contains: { operand: 'text', minValues: 1, maxValues: 1000 },
  date_after: { operand: 'date', minValues: 1, maxValues: 1 },
  date_before: { operand: 'date', minValues: 1, maxValues: 1 },
  ends_with: { operand: 'text', minValues: 1, maxValues: 1000 },
  equals: { operand: 'scalar', minValues: 1, maxValues: 1 },
  exists: { operand: 'none', minValues: 0, maxValues: 0 },
  in: { operand: 'scalar', minValues: 1, maxValues: 10000 },
  matches: { operand: 'pattern', minValues: 1, maxValues: 1 },
  number_eq: { operand: 'number', minValues: 1, maxValues: 1 },
  number_gt: { operand: 'number', minValues: 1, maxValues: 1 },
  number_gte: { operand: 'number', minValues: 1, maxValues: 1 },
  number_lt: { operand: 'number', minValues: 1, maxValues: 1 },
  number_lte: { operand: 'number', minValues: 1, maxValues: 1 },
  semver_eq: { operand: 'version', minValues: 1, maxValues: 1 },
  semver_gt: { operand: 'version', minValues: 1, maxValues: 1 },
  semver_gte: { operand: 'version', minValues: 1, maxValues: 1 },
  semver_lt: { operand: 'version', minValues: 1, maxValues: 1 },
  semver_lte: { operand: 'version', minValues: 1, maxValues: 1 },
  starts_with: { operand: 'text', minValues: 1, maxValues: 1000 },
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
