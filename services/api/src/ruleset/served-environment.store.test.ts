import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assemble } from './assemble.ts';
import { compileOptions } from './compile-options.ts';
import { ServedEnvironment } from './served-environment.store.ts';
import { type Change, snapshotOf } from './snapshot.ts';

const start = Date.parse('2026-12-01T12:00:00Z');
const minuteMs = 60_000;
let served: ServedEnvironment;
let changes: Change[];
beforeEach(() => {
  vi.useFakeTimers({ now: start });
  served = new ServedEnvironment(Date.now);
  changes = [];
});
afterEach(() => {
  served.rest();
  vi.useRealTimers();
});

/** An environment with a flag that the clock switches on, some minutes after the start. */
function timed(version: string, minutes: number) {
  const at = new Date(start + minutes * minuteMs).toISOString();
  const rules = [{ id: 'later', if: [{ attr: 'now', op: 'date_after', values: [at] }], serve: 'on' }];
  const flag = { key: 'a', enabled: true, type: 'boolean', variants: { on: true, off: false }, off: 'off', rules };
  const raw = { environment: 'e', version, flags: { a: { ...flag, default: 'off' } }, segments: {} };
  const assembled = assemble(raw, new Map(), compileOptions);
  return snapshotOf('e', { assembled, auditHead: null, source: 'live' });
}

function listenTo(version: string, minutes: number) {
  const snapshot = timed(version, minutes);
  served.publish(snapshot, undefined);
  served.subscribe((change) => changes.push(change));
  return snapshot;
}

test('tells of a change by the clock once', async () => {
  const snapshot = listenTo('1.a', 1);
  await vi.advanceTimersByTimeAsync(minuteMs + 2000);
  served.rewind();
  expect(changes).toEqual([{ previous: snapshot, next: snapshot, changedAt: undefined }]);
});

test('tells of a change that went by while no timer ran', () => {
  const snapshot = listenTo('1.a', 1);
  vi.setSystemTime(start + 5 * minuteMs);
  served.rewind();
  expect(changes).toEqual([{ previous: snapshot, next: snapshot, changedAt: undefined }]);
});

test('tells of it also when somebody looked, or came to listen, before the timer', () => {
  const snapshot = listenTo('1.a', 1);
  vi.setSystemTime(start + 5 * minuteMs);
  expect(served.momentOf(snapshot)).toBeGreaterThan(start);
  served.subscribe(() => {});
  expect(changes).toHaveLength(1);
});

test('a clock that is set back takes its changes back', () => {
  const snapshot = listenTo('1.a', 1);
  vi.setSystemTime(start + 5 * minuteMs);
  served.rewind();
  vi.setSystemTime(start);
  served.rewind();
  expect(changes).toHaveLength(2);
  expect(served.momentOf(snapshot)).toBe(0);
});

test('a new version is one change, wherever the clock is, and has its own alarm', async () => {
  listenTo('1.a', 1);
  vi.setSystemTime(start + 2 * minuteMs);
  served.publish(timed('2.b', 3), 7);
  expect(changes.map(({ next, changedAt }) => [next.version, changedAt])).toEqual([['2.b', 7]]);
  await vi.advanceTimersByTimeAsync(2 * minuteMs);
  expect(changes.map(({ changedAt }) => changedAt)).toEqual([7, undefined]);
});

test('tells nobody after the undo', async () => {
  served.publish(timed('1.a', 1), undefined);
  served.subscribe((change) => changes.push(change))();
  await vi.advanceTimersByTimeAsync(5 * minuteMs);
  expect(changes).toEqual([]);
});
