import { readdirSync, readFileSync } from 'node:fs';
import { parseFlag, type Ruleset } from '@burgee/evaluator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goodFlag, goodSegment } from './documents.ts';

const spec = new URL('../../spec/', import.meta.url);
const isRuleset = new Ajv2020({ multipleOfPrecision: 9, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(readFileSync(new URL('ruleset.schema.json', spec), 'utf8')),
);

function rulesetOf(flags: readonly unknown[], segments: readonly unknown[] = []) {
  const byPlace = (parts: readonly unknown[]) => Object.fromEntries(parts.map((part, i) => [`k${i}`, part]));
  return { format: 1, environment: 'test', version: '1', flags: byPlace(flags), segments: byPlace(segments) };
}

const none: readonly unknown[] = [];

function faultsOf(ruleset: unknown): unknown {
  return isRuleset(JSON.parse(JSON.stringify(ruleset))) ? none : isRuleset.errors;
}

test('the schema takes what the parser takes', () => {
  fc.assert(
    fc.property(goodFlag, goodSegment, (flag, segment) => {
      expect(faultsOf(rulesetOf([flag], [segment])), JSON.stringify(flag)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('the schema takes the flags of the decisions, and refuses those that are broken on purpose', () => {
  const refused: string[] = [];
  for (const file of readdirSync(new URL('decisions/', spec))) {
    const { ruleset }: { ruleset: Ruleset } = JSON.parse(readFileSync(new URL(`decisions/${file}`, spec), 'utf8'));
    for (const [key, flag] of Object.entries(ruleset.flags)) {
      const faults = faultsOf(rulesetOf([flag]));
      if (parseFlag(flag).ok) expect(faults, key).toEqual([]);
      else if (faults !== none) refused.push(key);
    }
  }
  // Names of variants and sums of weights are beyond a schema.
  expect(refused).toEqual(
    expect.arrayContaining(['operator', 'version', 'date', 'percent', 'mixed', 'number', 'future']),
  );
});
