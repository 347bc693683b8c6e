import { readFileSync, writeFileSync } from 'node:fs';

const spec = new URL('../../../spec/operators.json', import.meta.url);
const target = new URL('../src/operators.generated.ts', import.meta.url);

interface OperatorRow {
  readonly name: string;
  readonly operand: string;
  readonly minValues: number;
  readonly maxValues: number;
}

interface OperatorsFile {
  readonly operators: readonly OperatorRow[];
  readonly unleashOperators: readonly OperatorRow[];
  readonly reservedKeys: readonly string[];
}

/** Writes the operator tables of `spec/operators.json` as TypeScript; the table `burgee.operator` holds the same rows. */
export function generatedSource(text: string): string {
  const { operators, unleashOperators, reservedKeys }: OperatorsFile = JSON.parse(text);
  const operands = [...new Set(operators.map(({ operand }) => `'${operand}'`))].sort();
  return [
    '// Written by scripts/generate-operators.ts from spec/operators.json.',
    `export type Operand = ${operands.join(' | ')};`,
    '',
    '/** The kind of the values, and how few and how many there may be. */',
    'export type OperatorLimits = readonly [operand: Operand, minValues: number, maxValues: number];',
    '',
    '/** Every operator that a condition may name. */',
    'export const operatorTable: Readonly<Record<string, OperatorLimits>> = {',
    ...operators.map(lineOf),
    '};',
    '',
    '/** The operators of conditions under the semantics of Unleash. */',
    'export const unleashOperators: Readonly<Record<string, OperatorLimits>> = {',
    ...unleashOperators.map(lineOf),
    '};',
    '',
    '/** Names that no key may have, in lower case. */',
    'export const reservedKeys: readonly string[] = [',
    ...reservedKeys.map((key) => `  '${key}',`),
    '];',
    '',
  ].join('\n');
}

function lineOf({ name, operand, minValues, maxValues }: OperatorRow): string {
  return `  ${name}: ['${operand}', ${minValues}, ${maxValues}],`;
}

if (import.meta.main) writeFileSync(target, generatedSource(readFileSync(spec, 'utf8')));
