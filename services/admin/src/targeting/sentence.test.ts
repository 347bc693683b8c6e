import { expect, test } from 'vitest';
import { conditionSentence, ruleSentence, serveSentence } from './sentence.ts';

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
