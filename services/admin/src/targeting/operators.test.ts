import { parseFlag } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { canIgnoreCase, operatorsOf, wordsOf } from './operators.ts';

test.each(['burgee-1', 'unleash', 'unleash-node'] as const)(
  'has words for every operator of %s, and for no other',
  (semantics) => {
    const words = operatorsOf(semantics).map(({ op }) => op);
    const flag = {
      key: 'a',
      type: 'boolean',
      variants: { on: true, off: false },
      enabled: true,
      off: 'off',
      default: 'off',
    };
    const parsed = parseFlag({ ...flag, semantics, rules: [{ id: 'r', if: [{ attr: 'x', op: 'none', values: [] }] }] });
    const known = parsed.ok ? '' : parsed.problems[0]?.message.replace('unknown operator; known: ', '');
    expect(words.toSorted()).toEqual(known?.split(', ').toSorted());
  },
);

test('reads an operator without words as its name', () => {
  expect(wordsOf('in_galaxy').words).toBe('in_galaxy');
});

test('offers to ignore case for texts only', () => {
  expect(canIgnoreCase(wordsOf('in'), 'text')).toBe(true);
  expect(canIgnoreCase(wordsOf('has_any'), 'number')).toBe(false);
  expect(canIgnoreCase(wordsOf('matches'), 'text')).toBe(false);
  expect(canIgnoreCase(wordsOf('STR_CONTAINS'), 'text')).toBe(true);
  expect(canIgnoreCase(wordsOf('NUM_EQ'), 'text')).toBe(false);
});
