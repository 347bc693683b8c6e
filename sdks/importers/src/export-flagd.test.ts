import { compile, type EvaluationContext, evaluate, type Flag, type Ruleset } from '@burgee/evaluator';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contexts, rulesets } from './export.support.ts';
import { exportFlagd } from './export-flagd.ts';
import { flagd } from './flagd.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');

const rulesetOf = (flags: readonly Flag[]): Ruleset => ({
  format: 1,
  environment: 'e',
  version: '1',
  flags: Object.fromEntries(flags.map((flag) => [flag.key, flag])),
  segments: {},
});

test('what goes to flagd and back decides alike', () => {
  let held = 0;
  fc.assert(
    fc.property(rulesets, fc.array(contexts, { minLength: 5, maxLength: 5 }), (ruleset, asked) => {
      const { text, refused } = exportFlagd(ruleset);
      const back = flagd.read({ text });
      expect(back.refused).toEqual([]);
      expect(back.flags.length + refused.length).toBe(Object.keys(ruleset.flags).length);
      const before = compile(ruleset);
      const after = compile(rulesetOf(back.flags.map(({ flag }) => flag)), { semantics: [flagd2] });
      for (const { flag } of back.flags) {
        held++;
        expect(flag.type).toBe(ruleset.flags[flag.key]?.type);
        for (const context of asked as EvaluationContext[]) {
          const [one, other] = [evaluate(before, flag.key, context, NOW), evaluate(after, flag.key, context, NOW)];
          const shown = JSON.stringify({ flag: ruleset.flags[flag.key], context, one, other });
          expect([other.value, other.variant, other.reason === 'ERROR'], shown).toEqual([
            one.value,
            one.variant,
            one.reason === 'ERROR',
          ]);
        }
      }
    }),
    { seed: 20_261_121, numRuns: 400 },
  );
  expect(held).toBeGreaterThan(150);
});

test('a flag of flagd goes back as it came', () => {
  const source = {
    state: 'ENABLED',
    variants: { a: 1.0, b: 2 },
    defaultVariant: 'a',
    targeting: {
      fractional: [
        ['a', 1],
        ['b', 1],
      ],
    },
    metadata: { team: 'shop' },
  };
  const text = JSON.stringify({ flags: { n: source } }).replace('"a":1,', '"a":1.0,');
  const { flags } = flagd.read({ text });
  const ruleset = rulesetOf(flags.map(({ flag }) => flag));
  const exported = exportFlagd(ruleset);
  expect(JSON.parse(exported.text)).toEqual({ flags: { n: source } });
  expect(exported.text).toContain('"a": 1.0');
  expect(flagd.read({ text: exported.text }).flags).toEqual(flags);
  expect(exportFlagd(ruleset, 'flagd-1').refused).toEqual([
    { key: 'n', path: 'foreign.targeting', message: 'its fractional hashes as flagd-2 does, not as flagd-1' },
  ]);
});

test('says why a flag can not be held', () => {
  const base = {
    key: 'a',
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
  } as const;
  const reasonOf = (more: Partial<Flag>) => exportFlagd(rulesetOf([{ ...base, ...more }])).refused[0]?.message;
  expect(reasonOf({ requires: [{ flag: 'b', variants: ['on'] }] })).toBe('flagd has no prerequisites');
  expect(reasonOf({ default: { value: true } })).toContain('no value without a name');
  expect(reasonOf({ rules: [{ id: 'r', if: [{ attr: 'a.b', op: 'exists' }] }] })).toContain(
    'can not name the attribute a.b',
  );
  expect(reasonOf({ rules: [{ id: 'r', if: [{ attr: 'ip', op: 'in_cidr', values: ['10.0.0.0/8'] }] }] })).toBe(
    'flagd has no operator in_cidr',
  );
  expect(reasonOf({ semantics: 'unleash' })).toBe('flagd does not decide as unleash does');
  expect(exportFlagd(rulesetOf([{ ...base, enabled: false }])).warnings).toHaveLength(1);
});
