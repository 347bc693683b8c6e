import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Answer, Context, NaiveRuleset } from './document.ts';
import { naiveEvaluator } from './evaluate.ts';
import { bucket, murmur3, shareOf } from './hashing.ts';

const spec = new URL('../../../spec/', import.meta.url);

interface DecisionFile {
  readonly concept: string;
  readonly ruleset: NaiveRuleset;
  readonly cases: readonly { name: string; flag: string; context: Context; now?: string; expected: Answer }[];
}

function read(path: string) {
  return JSON.parse(readFileSync(new URL(path, spec), 'utf8'));
}

for (const file of readdirSync(new URL('decisions/', spec))) {
  const { concept, ruleset, cases }: DecisionFile = read(`decisions/${file}`);
  describe(`${file}: ${concept}`, () => {
    const decide = naiveEvaluator(ruleset);
    test.each(cases)('$flag: $name', ({ flag, context, now = '2026-06-01T00:00:00Z', expected }) => {
      expect(decide(flag, context, Date.parse(now))).toEqual(expected);
    });
  });
}

test('hashes, buckets and ramps as the vectors say', () => {
  const numbers = read('bucketing.json');
  for (const { text, hash } of numbers.murmur3) expect(Number(murmur3(text)), text).toBe(hash);
  for (const { seed, value, bucket: expected } of numbers.buckets) expect(bucket(seed, value), value).toBe(expected);
  for (const { now, share, ...ramp } of numbers.ramps) expect(shareOf(ramp, Date.parse(now)), now).toBe(share);
});
