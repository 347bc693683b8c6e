import { expect, test } from 'vitest';
import { changedBody, decisionsBody, type Member } from './decisions.ts';

const member = (flagKey: string, value: number): Member => ({
  evaluation: { flagKey },
  member: `"${flagKey}":{"value":${value}}`,
});

test('joins members to a body', () => {
  expect(JSON.parse(decisionsBody('1.x', [member('a', 1), member('b', 2)]))).toEqual({
    version: '1.x',
    flags: { a: { value: 1 }, b: { value: 2 } },
  });
  expect(JSON.parse(decisionsBody('1.x', []))).toEqual({ version: '1.x', flags: {} });
});

test('holds only what differs, what is new and what is gone', () => {
  const before = [member('same', 1), member('other', 1), member('gone', 1)];
  const after = [member('same', 1), member('other', 2), member('new', 1)];
  expect(JSON.parse(changedBody('2.y', before, after) ?? '')).toEqual({
    version: '2.y',
    flags: { other: { value: 2 }, new: { value: 1 } },
    removed: ['gone'],
  });
});

test('is nothing where nothing differs', () => {
  expect(changedBody('2.y', [member('a', 1)], [member('a', 1)])).toBeUndefined();
});
