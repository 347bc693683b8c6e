import { expect, test } from 'vitest';
import { newBackoff } from './backoff.ts';

test('waits longer while it goes on, up to a limit', () => {
  const backoff = newBackoff({ leastMs: 100, mostMs: 1_000, healthyAfterMs: 5_000 });
  expect([0, 0, 0, 0, 0, 0].map(() => backoff.next(10))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('begins anew after a long life', () => {
  const backoff = newBackoff({ leastMs: 100, mostMs: 1_000, healthyAfterMs: 5_000 });
  backoff.next(10);
  backoff.next(10);
  expect(backoff.next(6_000)).toBe(100);
});
