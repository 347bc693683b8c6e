import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bucket, hash, seedState } from './bucket.ts';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import { explain } from './explain.ts';
import { parseRuleset } from './parse.ts';
import { regexEngine } from './regex.ts';
import { rampShare, readRamp } from './rollout.ts';

const spec = new URL('../../../spec/', import.meta.url);

interface DecisionFile {
  readonly concept: string;
  readonly ruleset: unknown;
  readonly cases: readonly {
    readonly name: string;
    readonly flag: string;
    readonly context: EvaluationContext;
    readonly now?: string;
    readonly expected: Omit<Evaluation, 'flagKey' | 'errorMessage'>;
  }[];
}

function read(path: string) {
  return JSON.parse(readFileSync(new URL(path, spec), 'utf8'));
}

for (const file of readdirSync(new URL('decisions/', spec))) {
  const { concept, ruleset, cases }: DecisionFile = read(`decisions/${file}`);
  describe(`${file}: ${concept}`, () => {
    const parsed = parseRuleset(ruleset);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const compiled = compile(parsed.ruleset, { regex: regexEngine });

    test.each(cases)('$flag: $name', ({ flag, context, now = '2026-06-01T00:00:00Z', expected }) => {
      const decided = evaluate(compiled, flag, context, Date.parse(now));
      const { flagKey, errorMessage, ...answer } = decided;
      expect(answer).toEqual(expected);
      expect(flagKey).toBe(flag);
      expect(typeof errorMessage).toBe(expected.reason === 'ERROR' ? 'string' : 'undefined');
      expect(explain(compiled, flag, context, Date.parse(now)).evaluation).toEqual(decided);
    });
  });
}

test('hashes as the vectors say', () => {
  const { murmur3 } = read('bucketing.json');
  const start = { mixed: 0, word: 0, bits: 0, length: 0 };
  for (const { text, hash: expected } of murmur3) expect(hash(start, text), text).toBe(expected);
});

test('buckets as the vectors say', () => {
  const { buckets } = read('bucketing.json');
  for (const { seed, value, bucket: expected } of buckets) {
    expect(bucket(seedState(seed), value), `${seed}:${value}`).toBe(expected);
  }
});

test('ramps as the vectors say', () => {
  const { ramps } = read('bucketing.json');
  for (const { now, share, ...ramp } of ramps) {
    const read = readRamp(ramp);
    expect(read && rampShare(read, Date.parse(now)), now).toBe(share);
  }
});
