import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clockChangesApart, clockChangesApartMs } from './clock-changes.store.ts';
import type { Change, Snapshot } from './snapshot.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const snapshot = (version: string) => ({ version }) as Snapshot;
const one = snapshot('1');
const byClock = (): Change => ({ previous: one, next: one, changedAt: undefined });
const byCommit = (): Change => ({ previous: one, next: snapshot('2'), changedAt: 5 });

test('passes the first change by the clock on at once, and the last of a crowd when the time has passed', () => {
  const told: Change[] = [];
  const hear = clockChangesApart((change) => told.push(change));
  const changes = [byClock(), byClock(), byClock()];
  for (const change of changes) hear(change);
  expect(told).toEqual([changes[0]]);
  vi.advanceTimersByTime(clockChangesApartMs);
  expect(told).toEqual([changes[0], changes[2]]);
  hear(byClock());
  expect(told).toHaveLength(2);
  vi.advanceTimersByTime(clockChangesApartMs * 3);
  expect(told).toHaveLength(3);
  hear(byClock());
  expect(told).toHaveLength(4);
});

test('lets a commit through at any time, and forgets the clock that waited before it', () => {
  const told: Change[] = [];
  const hear = clockChangesApart((change) => told.push(change));
  hear(byClock());
  hear(byClock());
  hear(byCommit());
  expect(told.map(({ changedAt }) => changedAt)).toEqual([undefined, 5]);
  vi.advanceTimersByTime(clockChangesApartMs * 2);
  expect(told).toHaveLength(2);
});
