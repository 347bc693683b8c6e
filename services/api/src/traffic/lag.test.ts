import { expect, test } from 'vitest';
import { type Lag, noLag, withSample } from './lag.ts';

const after = (...samples: number[]) => samples.reduce<Lag>((lag, sample) => withSample(lag, sample, 200), noLag);
const times = (count: number, sample: number) => Array.from({ length: count }, () => sample);

test('one or two long turns are no overload, however long', () => {
  expect(after(10_000).isHigh).toBe(false);
  expect(after(10_000, 10_000).isHigh).toBe(false);
  expect(after(0, 400, 0, 0, 400, 0, 0, 400).isHigh).toBe(false);
});

test('turns that stay long are one', () => {
  expect(after(400, 400, 400).isHigh).toBe(true);
  expect(after(...times(20, 250)).isHigh).toBe(true);
  expect(after(...times(200, 190)).isHigh).toBe(false);
});

test('it ends at half of the limit, not at the limit', () => {
  const high = after(...times(20, 400));
  const easing = [150, 150, 150, 150, 150, 150, 150, 150].reduce<Lag>((lag, ms) => withSample(lag, ms, 200), high);
  expect(easing).toMatchObject({ isHigh: true });
  expect(easing.smoothedMs).toBeLessThan(200);
  const calm = times(10, 0).reduce<Lag>((lag, ms) => withSample(lag, ms, 200), easing);
  expect(calm.isHigh).toBe(false);
});
