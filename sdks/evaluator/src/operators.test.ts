import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedSource } from '../scripts/generate-operators.ts';
import { operatorTable } from './operators.generated.ts';
import { valueTest } from './operators.ts';

test('the generated table is the one of the specification', () => {
  const spec = readFileSync(new URL('../../../spec/operators.json', import.meta.url), 'utf8');
  const committed = readFileSync(new URL('operators.generated.ts', import.meta.url), 'utf8');
  expect(committed).toBe(generatedSource(spec));
});

test('every operator of the table can be compiled, and no other', () => {
  const operands = {
    date: '2026-12-01T06:00:00Z',
    network: '10.0.0.0/8',
    none: '',
    number: 1,
    pattern: 'a',
    scalar: 1,
    text: 'a',
    version: '1.2.3',
  };
  const regex = { compile: () => () => true };
  for (const [op, [operand]] of Object.entries(operatorTable))
    expect(valueTest({ attr: 'a', op, values: [operands[operand]] }, regex)).toBeTypeOf('function');
  for (const op of ['matchesish', 'constructor', '__proto__', ''])
    expect(() => valueTest({ attr: 'a', op }, regex)).toThrow();
});

test('a list of 10,000 values is not searched', () => {
  const values = Array.from({ length: 10_000 }, (_, i) => `acct-${i}`);
  const passes = valueTest({ attr: 'a', op: 'in', values });
  const startMs = performance.now();
  for (let i = 0; i < 100_000; i++) passes('acct-9999');
  // A search would look at a billion entries.
  expect(performance.now() - startMs).toBeLessThan(1000);
});
