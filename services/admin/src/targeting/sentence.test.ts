import type { Rule } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { conditionSentence, requirementSentence, ruleSentence, serveSentence } from './sentence.ts';

test('tells a rule with conditions, a percentage and a variant', () => {
  const rule = { id: 'n', if: [{ attr: 'country', op: 'in', values: ['NO', 'SE'] }], rollout: 25, serve: 'on' };
  expect(ruleSentence(rule)).toBe('If country is one of NO, SE → on for 25 %');
});

test('tells a rule for everyone, which serves on when it says nothing else', () => {
  expect(ruleSentence({ id: 'all' })).toBe('Everyone → on');
});

test('tells a ramp with its times in UTC', () => {
  const rollout = { from: 0, to: 100, start: '2026-12-01T06:00:00Z', end: '2026-12-03T06:00:00Z' };
  expect(ruleSentence({ id: 'r', rollout })).toBe(
    'Everyone → on for 0 % rising to 100 %, 2026-12-01 06:00 UTC to 2026-12-03 06:00 UTC',
  );
});

test('tells groups, negations and prerequisites', () => {
  expect(conditionSentence({ none: [{ segment: 'staff' }, { attr: 'plan', op: 'exists', not: true }] })).toBe(
    'none of (in segment staff or plan is absent)',
  );
  expect(ruleSentence({ id: 'p', requires: [{ flag: 'payments-v2', variants: ['on', 'beta'] }] })).toBe(
    'If payments-v2 is on or beta → on',
  );
});

test('shortens a long list of values', () => {
  const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(conditionSentence({ attr: 'x', op: 'in', values })).toBe('x is one of a, b, c, d, e and 2 more');
});

test('tells a split in percent and null as the default in the code', () => {
  expect(
    serveSentence({
      split: [
        ['on', 33_333],
        ['off', 66_667],
      ],
    }),
  ).toBe('on 33.333 %, off 66.667 %');
  expect(serveSentence(null)).toBe('the default in the code');
});

test('tells by what a share counts, and a shared seed', () => {
  const rollout = { percent: 25, by: ['company', 'targetingKey'], seed: 'autumn' };
  expect(ruleSentence({ id: 'r', rollout })).toBe('Everyone → on for 25 % by company, else user with seed autumn');
});

test('tells a value of its own, the metadata of an arm, and weights of any sum', () => {
  expect(serveSentence({ value: { columns: 2 } })).toBe('the value {"columns":2}');
  const split = [['on', 1, { variant: 'red', size: 2 }] as const, ['on', 3] as const];
  expect(serveSentence({ split, by: ['userId', '$random'] })).toBe(
    'red 25 % with {"size":2}, on 75 % by user id, else random',
  );
});

test('tells what is served instead, ignored case, and a form it does not know', () => {
  expect(requirementSentence({ flag: 'payments', variants: ['on'], else: null })).toBe(
    'payments is on (else the default in the code)',
  );
  expect(conditionSentence({ attr: 'country', op: 'has_any', values: ['no'], ignoreCase: true })).toBe(
    'country has any of no (any case)',
  );
  expect(ruleSentence({ id: 'r', bandit: 1 } as unknown as Rule)).toBe(
    'A form that this page does not know: {"id":"r","bandit":1}',
  );
});
