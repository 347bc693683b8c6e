import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type EvaluationContext, evaluate, type Semantics } from '@burgee/evaluator';
import { flagd1 } from '@burgee/evaluator/flagd-1';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { flagd3 } from '@burgee/evaluator/flagd-3';
import { differencesOfFlagdJavascript, flagd } from '@burgee/importers';
import { FlagdCore } from '@openfeature/flagd-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startFlagdGo } from './flagd-go.ts';
import { contexts, rules, usualContexts, usualRules, VARIANTS } from './flagd-rules.ts';

const data = join(import.meta.dirname, 'data');
const read = (path: string) => readFileSync(join(data, path), 'utf8');
const SETS = Number(process.env.BURGEE_CASES ?? 100);
const SEED = 20_261_121;
const NOW = Date.now();

interface Answer {
  readonly variant?: string | undefined;
  readonly reason: string;
  readonly errorCode?: string | undefined;
}

/** A file as it is imported, compiled and asked. */
function imported(file: unknown, semantics: Semantics = flagd2): (key: string, context: object) => Answer {
  const { flags, refused } = flagd.read({ text: JSON.stringify(file), reference: semantics.name as 'flagd-2' });
  expect(refused).toEqual([]);
  const compiled = compile(
    {
      format: 1,
      environment: 'test',
      version: '1',
      flags: Object.fromEntries(flags.map(({ flag }) => [flag.key, flag])),
      segments: {},
    },
    { semantics: [semantics] },
  );
  return (key, context) => {
    const { variant, reason, errorCode } = evaluate(compiled, key, context as EvaluationContext, NOW);
    return { variant, reason, errorCode };
  };
}

const variants = Object.fromEntries(VARIANTS.map((name) => [name, name]));

const sets = (rule: fc.Arbitrary<unknown>, context: fc.Arbitrary<object>, runs: number) =>
  fc
    .sample(
      fc.tuple(fc.array(rule, { minLength: 8, maxLength: 8 }), fc.array(context, { minLength: 8, maxLength: 8 })),
      {
        numRuns: runs,
        seed: SEED,
      },
    )
    .map(([targetings, asked]) => ({
      flags: Object.fromEntries(
        targetings.map((targeting, i) => [
          `flag-${i}`,
          { state: i === 7 ? 'DISABLED' : 'ENABLED', variants, ...(i % 3 > 0 && { defaultVariant: 'off' }), targeting },
        ]),
      ),
      contexts: asked,
    }));

describe('the samples of flagd’s schema', () => {
  const samples = (kind: string) =>
    readdirSync(join(data, 'flagd-schemas/json/test'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.includes(`/${kind}/`) && path.endsWith('.json'))
      .map((path) => {
        const text = read(`flagd-schemas/json/test/${path}`);
        const flag = () => ({ state: 'ENABLED', variants: { on: true }, targeting: JSON.parse(text) });
        return { path, text: path.startsWith('targeting/') ? JSON.stringify({ flags: { flag: flag() } }) : text };
      });
  // The daemon takes a list of flags, which the form of the in-process clients does not.
  const forClientsOnly = 'flags/negative/with-array-flags.json';
  // An unknown reference is an unknown operator, which the schema can not see.
  const withUnknownReference = 'targeting/positive/if-shorthand.json';

  test.each(samples('positive'))('imports $path whole', ({ path, text }) => {
    const { flags, refused, warnings } = flagd.read({ text });
    expect(refused).toEqual([]);
    expect(flags.length).toBeGreaterThan(0);
    expect(warnings).toHaveLength(path === withUnknownReference ? 1 : 0);
  });

  test.each(samples('negative').filter(({ path }) => path !== forClientsOnly))(
    'finds the fault of $path',
    ({ path, text }) => {
      const { refused, warnings } = flagd.read({ text });
      // flagd takes these and decides by the default variant or with an error: they are carried over with a warning.
      const isTaken = path.startsWith('targeting/') || path.endsWith('with-invalid-targeting.json');
      expect(isTaken ? refused : warnings).toEqual([]);
      const found = isTaken ? warnings : refused;
      expect(found.length).toBeGreaterThan(0);
      for (const finding of found) expect(finding.path).toMatch(/^(flags\.|metadata)/);
    },
  );

  test('imports a list of flags', () => {
    expect(flagd.read({ text: read(`flagd-schemas/json/test/${forClientsOnly}`) }).flags).toHaveLength(1);
  });
});

describe('hash vectors', () => {
  const vectors = JSON.parse(read('flagd-hash-vectors.json')) as {
    flagd: {
      flagKey: string;
      targetingKey: string;
      total: number;
      v1Percent: number;
      v2Bucket: number;
      v3Bucket: number;
    }[];
  };
  const buckets = Array.from({ length: 100 }, (_, i) => `b${i}`);
  const file = (key: string) => ({
    flags: {
      [key]: {
        state: 'ENABLED',
        variants: Object.fromEntries(buckets.map((name) => [name, name])),
        targeting: { fractional: buckets.map((name) => [name, 1]) },
      },
    },
  });

  test.each(vectors.flagd)('puts $targetingKey into the same buckets', (vector) => {
    const { flagKey, targetingKey } = vector;
    const bucketOf = (semantics: Semantics) => imported(file(flagKey), semantics)(flagKey, { targetingKey }).variant;
    expect(bucketOf(flagd1)).toBe(`b${Math.floor(vector.v1Percent)}`);
    expect(bucketOf(flagd2)).toBe(`b${vector.v2Bucket}`);
    expect(bucketOf(flagd3)).toBe(`b${vector.v3Bucket}`);
  });
});

describe('generated flag files', () => {
  test('decide as flagd’s Go evaluator does, whatever the rule', { timeout: 900_000 }, async ({ skip }) => {
    const go = await startFlagdGo();
    if (typeof go === 'string') {
      process.stderr.write(`\nNOT COMPARED with flagd's Go evaluator, which can not be had here: ${go}\n`);
      return skip(`no Go: ${go}`);
    }
    let compared = 0;
    let differences = 0;
    try {
      for (const { flags, contexts: asked } of sets(rules, contexts, SETS)) {
        const ours = imported({ flags });
        const answers = await go.decide({ flags }, asked);
        expect(answers).toBeDefined();
        for (const [i, context] of asked.entries()) {
          for (const [key, flag] of Object.entries(flags)) {
            const [variant, reason, errorCode] = answers?.[i]?.[key] ?? ['', 'none', ''];
            const theirs = {
              variant: variant || undefined,
              reason: reason === 'FALLBACK' ? 'DEFAULT' : reason,
              errorCode: errorCode || undefined,
            };
            const our = ours(key, JSON.parse(JSON.stringify(context)) as object);
            compared++;
            if (JSON.stringify(our) === JSON.stringify(theirs)) continue;
            differences++;
            // Go keeps the empty difference and quotient as an integer, which is equal to no other number.
            expect(JSON.stringify(flag.targeting), JSON.stringify({ context, our, theirs })).toMatch(/\{"[-/]":\[\]\}/);
          }
        }
      }
    } finally {
      go.stop();
    }
    expect(compared).toBe(SETS * 64);
    expect(differences).toBeLessThan(compared / 1000);
  });

  test('decide as flagd’s JavaScript evaluator does, but where it is known to differ', { timeout: 900_000 }, () => {
    const counts: Record<string, number> = {};
    let compared = 0;
    let same = 0;
    const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    for (const { flags, contexts: asked } of sets(usualRules, usualContexts, SETS)) {
      const ours = imported({ flags });
      const theirs = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration: true });
      theirs.setConfigurations(JSON.stringify({ flags }));
      for (const given of asked) {
        const context = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
        for (const [key, flag] of Object.entries(flags)) {
          const { variant, reason = '', errorCode } = theirs.resolveStringEvaluation(key, 'code', context as never);
          const our = ours(key, context);
          compared++;
          if (JSON.stringify(our) === JSON.stringify({ variant, reason, errorCode })) same++;
          else {
            const names = differencesOfFlagdJavascript(flag.targeting, context);
            expect(
              names,
              JSON.stringify({ key, targeting: flag.targeting, context, our, theirs: { variant, reason, errorCode } }),
            ).not.toEqual([]);
            for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
          }
        }
      }
    }
    expect(compared).toBe(SETS * 64);
    expect(same / compared).toBeGreaterThan(0.75);
    if (process.env.BURGEE_CASES) process.stdout.write(`${JSON.stringify({ compared, same, counts })}\n`);
  });
});
