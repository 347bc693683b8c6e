import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bucket, hash, seedState } from './bucket.ts';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import { explain } from './explain.ts';
import { folded } from './operators.ts';
import { parseRuleset } from './parse.ts';
import { regexEngine } from './regex.ts';
import { compileHashing, shareAt, shareOf } from './rollout.ts';
import { newFindings } from './scope.ts';

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
    expect(shareAt(shareOf(ramp), Date.parse(now)), now).toBe(share);
  }
});

test('hashes numbers as their decimal text, and nothing else that is no text', () => {
  const bucketOf = compileHashing({ by: ['a'], seed: 's' }, 'split', { findings: newFindings(), flag: { key: '' } });
  for (const { value, text } of read('bucketing.json').numbers) {
    const found = bucketOf({ a: value });
    expect(typeof found === 'number' ? found : found.errorCode, value).toBe(
      text === null ? 'INVALID_CONTEXT' : bucket(seedState('s'), text),
    );
  }
});

test('hashes the seed, else salt and use, before the value', () => {
  for (const { seed, salt, use, text } of read('bucketing.json').seeds) {
    const bucketOf = compileHashing(seed === null ? {} : { seed }, use, {
      findings: newFindings(),
      flag: { key: salt },
    });
    expect(`${text}`.endsWith(':')).toBe(true);
    for (const targetingKey of ['ada', 'bob', 'é'])
      expect(bucketOf({ targetingKey })).toBe(bucket(seedState(text.slice(0, -1)), targetingKey));
  }
});

test('folds as the vectors say', () => {
  for (const { text, folded: expected } of read('bucketing.json').folding) expect(folded(text)).toBe(expected);
});
