import { expect, test } from 'vitest';
import { tokenBuckets } from './buckets.ts';

test('lets a burst through, then as much as comes in', () => {
  const buckets = tokenBuckets({ perSecond: 2, burst: 3 });
  const at = (...times: number[]) => times.map((time) => buckets.take('a', time));
  expect(at(0, 0, 0, 0)).toEqual([0, 0, 0, 1]);
  expect(at(500, 500, 999, 1000)).toEqual([0, 1, 1, 0]);
  expect(at(60_000, 60_000, 60_000, 60_000)).toEqual([0, 0, 0, 1]);
});

test('counts each name for itself', () => {
  const buckets = tokenBuckets({ perSecond: 1, burst: 1 });
  expect(buckets.take('a', 0)).toBe(0);
  expect(buckets.take('b', 0)).toBe(0);
  expect(buckets.take('a', 0)).toBe(1);
});

test('says whole seconds, also for less than one a second', () => {
  const buckets = tokenBuckets({ perSecond: 0.1, burst: 1 });
  buckets.take('a', 0);
  expect([buckets.take('a', 0), buckets.take('a', 4000), buckets.take('a', 9999)]).toEqual([10, 6, 1]);
  expect(buckets.take('a', 10_000)).toBe(0);
});

test('tells the wait without taking anything', () => {
  const buckets = tokenBuckets({ perSecond: 1, burst: 1 });
  expect([buckets.wait('a', 0), buckets.take('a', 0), buckets.wait('a', 0), buckets.wait('a', 1000)]).toEqual([
    0, 0, 1, 0,
  ]);
  expect(buckets.take('a', 1000)).toBe(0);
});

test('a clock that goes back gives nothing and takes nothing', () => {
  const buckets = tokenBuckets({ perSecond: 1, burst: 1 });
  expect([buckets.take('a', 5000), buckets.take('a', 0), buckets.take('a', 6000)]).toEqual([0, 1, 0]);
});

test('a flood of names is forgotten, who keeps asking is not', () => {
  const buckets = tokenBuckets({ perSecond: 0.001, burst: 1, names: 100 });
  buckets.take('eager', 0);
  buckets.take('once', 0);
  for (let nr = 0; nr < 1000; nr += 1) {
    buckets.take(`flood ${nr}`, 0);
    if (nr % 10 === 0) buckets.take('eager', 0);
  }
  expect(buckets.take('eager', 0)).toBeGreaterThan(0);
  expect(buckets.take('once', 0)).toBe(0); // its bucket was dropped: memory is bounded
});
