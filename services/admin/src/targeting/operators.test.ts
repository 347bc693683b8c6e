import { parseFlag } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { operatorWords, wordsOf } from './operators.ts';

test('has words for operators that the evaluator knows, and for no other', () => {
  for (const { op } of operatorWords) {
    const flag = {
      key: 'a',
      type: 'boolean',
      variants: { on: true, off: false },
      enabled: true,
      off: 'off',
      default: 'off',
    };
    const parsed = parseFlag({ ...flag, rules: [{ id: 'r', if: [{ attr: 'x', op, values: [] }] }] });
    const complaints = parsed.ok ? [] : parsed.problems.filter(({ message }) => message.includes('unknown operator'));
    expect(complaints).toEqual([]);
  }
});

test('reads an operator without words as its name', () => {
  expect(wordsOf('in_network').words).toBe('in_network');
});
