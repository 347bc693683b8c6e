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

test('tells what a hash was made of, and which part it came to', () => {
  const split = { split: [['on', 100_000, { arm: 1 }] as const], by: ['accountId', 'targetingKey'], seed: 's' };
  const rollout = { percent: 99.999, by: ['accountId'] };
  const told = compiledOf([
    booleanFlag({ key: 'f', rules: [{ id: 'r', rollout, serve: split }], default: { value: true } }),
  ]);
  const { steps, evaluation } = explain(told, 'f', { accountId: 7 }, 0);
  expect(steps.map(({ text }) => text.replace(/bucket \d+/, 'bucket N'))).toEqual([
    'the flag is enabled',
    'the rule counts for 99.999 % of the values of accountId: bucket N of 100000',
    'rule r matches',
    'the split shares out the values of accountId or targetingKey: bucket N of 100000',
  ]);
  expect(steps.at(-1)).toMatchObject({ matched: true, ruleId: 'r', detail: { variant: 'on' } });
  expect(evaluation.metadata).toEqual({ arm: 1 });
  expect(explain(told, 'f', { accountId: true }, 0).steps.at(-1)?.matched).toBeNull();
  expect(explain(compiledOf([booleanFlag({ default: { value: true } })]), 'flag', {}, 0).sentence).toBe(
    'flag serves the value true: the same for everyone.',
  );
  const ofObjects = booleanFlag({ type: 'object', variants: { on: {}, off: {} }, default: { value: { a: 1 } } });
  expect(explain(compiledOf([ofObjects]), 'flag', {}, 0).sentence).toBe(
    'flag serves a value of type object: the same for everyone.',
  );
});

test('shows a list of the context by its first items, however deep it is', () => {
  const flag = booleanFlag({
    rules: [{ id: 'r', if: [{ attr: 'a', op: 'has_any', values: ['X'], ignoreCase: true }] }],
  });
  let deep: unknown[] = ['b'];
  for (let i = 0; i < 100; i++) deep = [deep, deep, deep];
  const { steps } = explain(compiledOf([flag]), 'flag', { a: ['b', deep, 1, 2, 3, 4] }, 0);
  expect(steps[1]?.text).toBe(
    'a has_any "X" in any case: the context has ["b", a value of type object, 1, 2, 3 and 1 more]',
  );
});
