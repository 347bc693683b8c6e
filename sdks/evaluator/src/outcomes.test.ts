import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { outcomes } from './outcomes.ts';
import type { Flag, Rule } from './ruleset.ts';
import { booleanFlag, compiledOf } from './sample.support.ts';

const someone = [{ attr: 'country', op: 'equals', values: ['NO'] }];
const ramp = { from: 0, to: 100, start: '2026-12-01T06:00:00Z', end: '2026-12-03T06:00:00Z' };
const during = Date.parse('2026-12-02T06:00:00Z');

function valuesOf(given: Partial<Flag>, now = during): unknown[] {
  return outcomes(booleanFlag(given), now).outcomes.map((outcome) =>
    'value' in outcome ? outcome.value : "the code's default",
  );
}

test.each<[string, Partial<Flag>, unknown[]]>([
  ['not enabled: the off value', { enabled: false, rules: [{ id: 'r' }] }, [false]],
  ["not enabled without an off variant: the code's default", { enabled: false, off: null }, ["the code's default"]],
  ['no rules: the default', { default: 'on' }, [true]],
  ['a rule for everyone ends the walk', { rules: [{ id: 'a' }, { id: 'b', serve: 'off' }] }, [true]],
  ['a rule for someone adds its value', { rules: [{ id: 'a', if: someone }] }, [true, false]],
  ['a rule that serves the same adds nothing', { rules: [{ id: 'a', if: someone }], default: 'on' }, [true]],
  ['0 % is skipped', { rules: [{ id: 'a', rollout: 0 }] }, [false]],
  ['100 % ends the walk', { rules: [{ id: 'a', rollout: 100 }] }, [true]],
  ['a part adds its value', { rules: [{ id: 'a', rollout: 50 }] }, [true, false]],
  ['a running ramp adds its value', { rules: [{ id: 'a', rollout: ramp }] }, [true, false]],
  [
    'a weight of 0 is nobody',
    {
      default: {
        split: [
          ['on', 100_000],
          ['off', 0],
        ],
      },
    },
    [true],
  ],
  ['a requirement adds the off value', { requires: [{ flag: 'x', variants: ['on'] }], default: 'on' }, [false, true]],
  [
    'a rule that requires something is for someone',
    { rules: [{ id: 'a', requires: [{ flag: 'x', variants: ['on'] }] }] },
    [true, false],
  ],
  [
    "the code's default is a value of its own",
    { rules: [{ id: 'a', if: someone, serve: null }] },
    ["the code's default", false],
  ],
])('%s', (_, given, expected) => expect(valuesOf(given)).toEqual(expected));

test('a ramp is 0 % before its start and ends the walk after its end', () => {
  const rules = [{ id: 'a', rollout: ramp }];
  expect(valuesOf({ rules }, Date.parse(ramp.start) - 1)).toEqual([false]);
  expect(valuesOf({ rules }, Date.parse(ramp.end))).toEqual([true]);
});

test('compares values as JSON, whatever the order of fields', () => {
  const variants = { on: { a: 1, b: [{ c: 1, d: 2 }] }, off: { b: [{ d: 2, c: 1 }], a: 1 } };
  expect(valuesOf({ type: 'object', variants, rules: [{ id: 'r', if: someone, serve: 'on' }] })).toHaveLength(1);
});

test('what can not be analysed is unknown', () => {
  expect(outcomes({ ...booleanFlag(), semantics: 'other' as 'burgee-1' }, 0)).toEqual({ unknown: true, outcomes: [] });
});

test('holds everything that is ever served', () => {
  const serve = fc.constantFrom('on', 'off', null, {
    split: [
      ['on', 30_000],
      ['off', 70_000],
    ] as const,
  });
  const rule: fc.Arbitrary<Omit<Rule, 'id'>> = fc.record(
    { if: fc.constantFrom(someone, []), rollout: fc.constantFrom(0, 20, 100, ramp), serve },
    { requiredKeys: [] },
  );
  const flag = fc.record({
    enabled: fc.boolean(),
    off: fc.constantFrom('on', 'off', null),
    default: serve,
    rules: fc.array(rule, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(flag, ({ rules, ...given }) => {
      const made = booleanFlag({ ...given, rules: rules.map((rule, i) => ({ id: `r${i}`, ...rule })) });
      const compiled = compiledOf([made]);
      const known = new Set(outcomes(made, during).outcomes.map(({ value }) => value));
      for (let i = 0; i < 200; i++) {
        const context = { targetingKey: `user-${i}`, country: i % 2 === 0 ? 'NO' : 'SE' };
        expect(known).toContain(evaluate(compiled, 'flag', context, during).value);
      }
    }),
  );
});

test('else and values without a name are outcomes', () => {
  const requires = [
    { flag: 'a', variants: ['on'], else: null },
    { flag: 'b', variants: ['on'] },
  ];
  const flag = booleanFlag({
    requires,
    rules: [{ id: 'r', rollout: { percent: 5, by: ['id'] }, serve: { value: true } }],
  });
  expect(outcomes(flag, 0).outcomes).toEqual([{}, { value: false }, { value: true }]);
  const settled = booleanFlag({
    rules: [{ id: 'r', rollout: { percent: 100, by: ['id'] } }],
    default: { value: true },
  });
  expect(outcomes(settled, 0).outcomes).toEqual([{ value: true }]);
});
