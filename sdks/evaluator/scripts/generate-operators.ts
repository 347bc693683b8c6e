import { readFileSync, writeFileSync } from 'node:fs';

const spec = new URL('../../../spec/operators.json', import.meta.url);
const target = new URL('../src/operators.generated.ts', import.meta.url);

interface OperatorRow {
  readonly name: string;
  readonly operand: string;
  readonly minValues: number;
  readonly maxValues: number;
}

/** Writes the operator table of `spec/operators.json` as TypeScript; the table `burgee.operator` holds the same rows. */
export function generatedSource(text: string): string {
  const { operators, reservedKeys }: { operators: OperatorRow[]; reservedKeys: string[] } = JSON.parse(text);
  const lines = operators.map(
    ({ name, operand, minValues, maxValues }) =>
      `  ${name}: { operand: '${operand}', minValues: ${minValues}, maxValues: ${maxValues} },`,
  );
  return [
    '// Written by scripts/generate-operators.ts from spec/operators.json.',
    "export type Operand = 'date' | 'none' | 'number' | 'pattern' | 'scalar' | 'text' | 'version';",
    '',
    'export interface OperatorLimits {',
    '  readonly operand: Operand;',
    '  readonly minValues: number;',
    '  readonly maxValues: number;',
    '}',
    '',
    '/** Every operator a condition may name, with the kind and the number of values it takes. */',
    'export const operatorTable: Readonly<Record<string, OperatorLimits>> = {',
    ...lines,
    '};',
    '',
    '/** Names that no key may have, in lower case. */',
    'export const reservedKeys: readonly string[] = [',
    ...reservedKeys.map((key) => `  '${key}',`),
    '];',
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(target, generatedSource(readFileSync(spec, 'utf8')));
