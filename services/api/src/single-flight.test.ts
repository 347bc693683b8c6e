import { expect, test } from 'vitest';
import { singleFlight } from './single-flight.ts';

function gated() {
  const open: (() => void)[] = [];
  const fly = singleFlight(() => new Promise<void>((resolve) => open.push(resolve)));
  return { fly, runs: () => open.length, finish: () => open.at(-1)?.() };
}

test('a hundred who ask during a run share the one that begins after it', async () => {
  const { fly, runs, finish } = gated();
  const first = fly();
  const others = Array.from({ length: 100 }, () => fly());
  expect([runs(), new Set(others).size]).toEqual([1, 1]);
  finish();
  await first;
  await Promise.resolve();
  expect(runs()).toBe(2);
  finish();
  await Promise.all(others);
  expect(runs()).toBe(2);
});

test('a run that fails is told to those who asked for it, and the next one goes on', async () => {
  let nr = 0;
  const fly = singleFlight(async () => {
    nr += 1;
    if (nr === 1) throw new Error('away');
  });
  const [first, second] = [fly(), fly()];
  await expect(first).rejects.toThrow('away');
  await expect(second).resolves.toBeUndefined();
});
