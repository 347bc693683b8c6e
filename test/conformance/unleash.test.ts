import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvaluationContext } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { type Reference, unleashDecider } from './unleash/decide.ts';

const folder = join(import.meta.dirname, 'data/unleash-client-specification/specifications');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const files = read('index.json') as readonly string[];

interface Case {
  readonly description: string;
  readonly context: EvaluationContext;
  readonly toggleName: string;
}

interface Specification {
  readonly state: unknown;
  readonly tests?: readonly (Case & { readonly expectedResult: boolean })[];
  readonly variantTests?: readonly (Case & { readonly expectedResult: ExpectedVariant })[];
}

interface ExpectedVariant {
  readonly name: string;
  readonly enabled: boolean;
  readonly feature_enabled: boolean;
  readonly payload?: { readonly type: string; readonly value: string };
}

/** They differ in no case of the specification: it is ASCII, and its groupIds and kinds of values are all there. */
const references: readonly Reference[] = ['unleash', 'unleash-node'];

for (const reference of references) {
  test(`decides every case of the client specification as ${reference} does`, () => {
    let cases = 0;
    const wrong: string[] = [];
    for (const file of files) {
      const { state, tests = [], variantTests = [] } = read(file) as Specification;
      const { decide } = unleashDecider(state, reference);
      for (const { description, toggleName, context, expectedResult } of tests) {
        cases++;
        if (decide(toggleName, context).enabled !== expectedResult) wrong.push(`${file}: ${description}`);
      }
      for (const { description, toggleName, context, expectedResult } of variantTests) {
        cases++;
        const { enabled, variant, payload } = decide(toggleName, context);
        const answer = { enabled, variant, payload };
        const wanted = {
          enabled: expectedResult.feature_enabled,
          variant: expectedResult.name,
          payload: expectedResult.payload?.value,
        };
        if (JSON.stringify(answer) !== JSON.stringify(wanted)) wrong.push(`${file}: ${description}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(cases).toBe(279);
  });
}
