import { compile, type EvaluationContext, evaluate, type Flag, type Ruleset } from '@burgee/evaluator';
import { unleash as unleashSemantics } from '@burgee/evaluator/unleash';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contexts, rulesets } from './export.support.ts';
import { exportUnleash } from './export-unleash.ts';
import { unleash } from './unleash.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');

const rulesetOf = (flags: readonly Flag[], segments: Ruleset['segments'] = {}): Ruleset => ({
  format: 1,
  environment: 'e',
  version: '1',
  flags: Object.fromEntries(flags.map((flag) => [flag.key, flag])),
  segments,
});

const imported = (text: string): Ruleset => {
  const { flags, segments } = unleash.read({ text });
  return rulesetOf(
    flags.map(({ flag }) => flag),
    Object.fromEntries(segments.map(({ segment }) => [segment.key, segment])),
  );
};

test('what goes to Unleash and back decides alike', () => {
  let held = 0;
  const boolean = rulesets.map((ruleset) => ({
    ...ruleset,
    flags: Object.fromEntries(
      Object.entries(ruleset.flags).map(([key, { rules, ...flag }]): [string, Flag] => [
        key,
        {
          ...flag,
          type: 'boolean',
          variants: { on: true, off: false },
          off: 'off',
          default: flag.default === 'on' ? 'on' : 'off',
          ...(rules && { rules: rules.map((rule, i) => ({ ...rule, serve: 'on', rollout: i === 0 ? 0 : 100 })) }),
        },
      ]),
    ),
  }));
  fc.assert(
    fc.property(boolean, fc.array(contexts, { minLength: 5, maxLength: 5 }), (ruleset, asked) => {
      const { text, refused } = exportUnleash(ruleset);
      const back = imported(text);
      expect(Object.keys(back.flags).length + refused.length).toBe(Object.keys(ruleset.flags).length);
      const before = compile(ruleset);
      const after = compile(back, { semantics: [unleashSemantics] });
      for (const key of Object.keys(back.flags)) {
        held++;
        for (const context of asked as EvaluationContext[]) {
          const [one, other] = [evaluate(before, key, context, NOW), evaluate(after, key, context, NOW)];
          expect(other.value, JSON.stringify({ flag: ruleset.flags[key], context, one, other })).toEqual(one.value);
        }
      }
    }),
    { seed: 20_261_121, numRuns: 400 },
  );
  expect(held).toBeGreaterThan(80);
});

test('features of Unleash go back as they came', () => {
  const document = {
    version: 2,
    features: [
      {
        name: 'checkout',
        enabled: true,
        strategies: [
          {
            name: 'flexibleRollout',
            parameters: { rollout: '40', stickiness: 'default', groupId: 'checkout' },
            constraints: [{ contextName: 'country', operator: 'IN', values: ['NO'], inverted: true }],
            segments: [7],
          },
        ],
        variants: [
          { name: 'red', weight: 300, stickiness: 'userId', payload: { type: 'string', value: '#f00' } },
          { name: 'blue', weight: 700, stickiness: 'userId' },
        ],
      },
      { name: 'child', enabled: true, strategies: [{ name: 'default' }], dependencies: [{ feature: 'checkout' }] },
      { name: 'plain', enabled: false, strategies: [] },
      {
        name: 'own',
        enabled: true,
        strategies: [
          { name: 'userWithId', parameters: { userIds: 'Zoë 7' }, variants: [] },
          {
            name: 'flexibleRollout',
            parameters: { rollout: '60', stickiness: 'userId', groupId: 'own' },
            variants: [
              { name: 'a', weight: 500, stickiness: 'userId' },
              { name: 'b', weight: 500, stickiness: 'userId', payload: { type: 'json', value: '{"x":1}' } },
            ],
          },
        ],
      },
    ],
    segments: [{ id: 7, name: 'staff', constraints: [{ contextName: 'age', operator: 'NUM_GT', value: '18' }] }],
  };
  const ruleset = imported(JSON.stringify(document));
  const exported = exportUnleash(ruleset);
  expect(exported.refused).toEqual([]);
  const again = imported(exported.text);
  expect(Object.keys(again.flags).sort()).toEqual([
    'checkout',
    'checkout~variant',
    'child',
    'own',
    'own~variant',
    'plain',
  ]);
  const [before, after] = [ruleset, again].map((one) =>
    compile(one, { semantics: [unleashSemantics], random: () => 0.5 }),
  );
  for (let i = 0; i < 200; i++) {
    const context = { userId: `Zoë ${i}`, age: `${i % 40}`, country: i % 3 === 0 ? 'NO' : 'SE' };
    for (const key of Object.keys(ruleset.flags)) {
      const { ruleId: _before, ...one } = evaluate(before!, key, context as EvaluationContext, NOW);
      const { ruleId: _after, ...other } = evaluate(after!, key, context as EvaluationContext, NOW);
      expect(other).toEqual(one);
    }
  }
});

test('names once what can not be held', () => {
  const features = [{ name: 'lost', enabled: true, strategies: [{ name: 'default', segments: [99] }] }];
  const { refused } = exportUnleash(imported(JSON.stringify({ features })));
  expect(refused).toEqual([{ key: 'lost', path: 'rules[1].if', message: 'Unleash has no groups of conditions' }]);
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
  const reasonOf = (more: object) => exportUnleash(rulesetOf([{ ...base, ...more } as Flag])).refused[0]?.message;
  expect(reasonOf({})).toBeUndefined();
  expect(reasonOf({ type: 'string', variants: { on: 'a', off: 'b' } })).toBe('a feature of Unleash is on or off');
  expect(reasonOf({ rules: [{ id: 'r', rollout: 25 }] })).toContain('a hundred buckets');
  expect(reasonOf({ rules: [{ id: 'r', if: [{ attr: 'plan', op: 'in', values: [' a'] }] }] })).toBe(
    'Unleash trims the values of a list',
  );
  expect(reasonOf({ rules: [{ id: 'r', if: [{ attr: 'plan', op: 'exists' }] }] })).toContain(
    'no operator that asks as exists does',
  );
  expect(reasonOf({ semantics: 'flagd-2', foreign: {} })).toBe('Unleash does not decide as flagd-2 does');
});
