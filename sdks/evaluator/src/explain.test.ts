import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvaluationContext } from './evaluation.ts';
import { explain } from './explain.ts';
import { booleanFlag, compiledOf } from './sample.support.ts';

const compiled = compiledOf(
  [
    booleanFlag({ key: 'payments', default: 'on' }),
    booleanFlag({ key: 'stopped', enabled: false }),
    booleanFlag({ key: 'blocked', requires: [{ flag: 'stopped', variants: ['on'] }] }),
    booleanFlag({
      key: 'checkout',
      requires: [{ flag: 'payments', variants: ['on'] }],
      rules: [
        { id: 'staff', name: 'Our people', if: [{ segment: 'staff' }] },
        {
          id: 'nordics',
          if: [
            { attr: 'country', op: 'in', values: ['NO', 'SE'] },
            { any: [{ attr: 'age', op: 'number_gte', values: [18] }] },
          ],
          rollout: 1,
        },
      ],
    }),
  ],
  [{ key: 'staff', include: ['ada'] }],
);

function textsOf(flagKey: string, context: EvaluationContext): string[] {
  return explain(compiled, flagKey, context, 0).steps.map(
    ({ text, matched }) => `${matched === null ? '!' : matched ? '+' : '-'} ${text}`,
  );
}

test('tells the way to a rule', () => {
  expect(textsOf('checkout', { targetingKey: 'ada' })).toEqual([
    '+ the flag is enabled',
    '+ flag payments must serve on: it serves on',
    '+ in segment staff',
    '+ rule Our people matches',
  ]);
  expect(explain(compiled, 'checkout', { targetingKey: 'ada' }, 0).sentence).toBe(
    'checkout serves variant on: rule staff matched.',
  );
});

test('tells what kept the rules from matching', () => {
  const { steps, sentence } = explain(compiled, 'checkout', { targetingKey: 'user-0', country: 'NO', age: 20 }, 0);
  expect(steps.map(({ matched, ruleId }) => [matched, ruleId])).toEqual([
    [true, undefined],
    [true, undefined],
    [false, 'staff'],
    [true, 'nordics'],
    [true, 'nordics'],
    [false, 'nordics'],
    [true, undefined],
  ]);
  expect(steps[3]?.text).toBe('country in "NO", "SE": the context has "NO"');
  expect(steps[5]?.text).toMatch(/^the rule counts for 1 % of the targeting keys: bucket \d+ of 100000$/);
  expect(steps[5]?.detail).toMatchObject({ share: 1000 });
  expect(sentence).toBe('checkout serves variant off: no rule matched.');
});

test('tells an error where it happens', () => {
  expect(textsOf('checkout', { country: 47 }).at(-1)).toBe(
    '! country in "NO", "SE": the context has 47: attribute country does not fit operator in: got number',
  );
});

test('tells what stops a flag', () => {
  expect(textsOf('stopped', {})).toEqual(['- the flag is not enabled']);
  expect(textsOf('blocked', {}).at(-1)).toBe('- flag stopped must serve on: it serves off');
  expect(explain(compiled, 'blocked', {}, 0).sentence).toBe(
    'blocked serves variant off: prerequisite stopped is not met.',
  );
  expect(explain(compiled, 'nobody', {}, 0)).toMatchObject({ steps: [], evaluation: { errorCode: 'FLAG_NOT_FOUND' } });
});

test('goes the same way as the decision', () => {
  const context = fc.record(
    {
      targetingKey: fc.oneof(fc.constantFrom('ada', ''), fc.string(), fc.integer()),
      country: fc.constantFrom('NO', 'DK', 1),
      age: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.string()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(context, (given) => {
      const { evaluation, steps } = explain(compiled, 'checkout', given as EvaluationContext, 0);
      const last = steps.at(-1);
      expect(last?.matched).toBe(evaluation.reason === 'ERROR' ? null : true);
      if (evaluation.reason !== 'ERROR') expect(last?.ruleId).toBe(evaluation.ruleId);
    }),
  );
});
