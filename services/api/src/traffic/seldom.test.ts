import { expect, test } from 'vitest';
import { seldom } from './seldom.ts';

test('says it once in a while, and how often it was not said', () => {
  const said: number[] = [];
  let now = 0;
  const log = seldom(60_000, () => now);
  for (now of [0, 1, 59_999, 60_000, 60_001, 180_000]) log((suppressed) => said.push(suppressed));
  expect(said).toEqual([0, 2, 1]);
});
