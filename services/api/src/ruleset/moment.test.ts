import { expect, test } from 'vitest';
import { momentAt } from './moment.ts';

const day = 24 * 3600 * 1000;
const now = Date.parse('2026-12-01T12:00:00Z');
const changesAt = (instants: readonly number[]) => (at: number) => instants.find((instant) => instant > at) ?? null;

test('is 0 where no decision depends on the clock, or none has yet', () => {
  expect(momentAt(changesAt([]), now)).toBe(0);
  expect(momentAt(changesAt([now + 1]), now)).toBe(0);
});

test('is the last change, however long ago', () => {
  expect(momentAt(changesAt([now - 400 * day, now - 3 * day, now + day]), now)).toBe(now - 3 * day);
  expect(momentAt(changesAt([now - 2000 * day]), now)).toBe(now - 2000 * day);
  expect(momentAt(changesAt([now]), now)).toBe(now);
});

test('is the same for replicas that ask at different times between two changes', () => {
  const nextChange = changesAt(Array.from({ length: 500 }, (_, step) => now - day + step * 120_000));
  const moments = [1, 17_000, 63_001, 119_999].map((later) => momentAt(nextChange, now - day + 499 * 120_000 + later));
  expect(new Set(moments).size).toBe(1);
});

test('moves with the clock where changes are too many to count', () => {
  expect(momentAt((at) => at + 0.001, now)).toBe(now);
});
