import { eventually } from '@burgee/test/support';
import { expect, test } from 'vitest';
import { Readers, readersPerTurn } from './readers.store.ts';

interface Reader {
  readonly seen: number[];
}

/** Readers of a number that only grows. */
function counting(howMany: number) {
  let newest = 0;
  const told: number[] = [];
  const readers = new Readers<Reader>(
    ({ seen }) => newest !== seen.at(-1) && seen.push(newest),
    (changedAts) => told.push(...changedAts),
  );
  const all = Array.from({ length: howMany }, (): Reader => ({ seen: [] }));
  const undos = all.map((reader) => readers.add(reader));
  const change = (to: number) => {
    newest = to;
    readers.spread(to);
  };
  return { readers, all, undos, change, told, newest: () => newest };
}

test('brings the first of many readers at once, and lets other work in between', async () => {
  const { all, change, told } = counting(readersPerTurn * 3);
  change(1);
  const brought = () => all.filter(({ seen }) => seen.length > 0).length;
  expect(brought()).toBe(readersPerTurn);
  expect(told).toEqual([]);
  await eventually(() => expect(brought()).toBe(all.length));
  expect(told).toEqual([1]);
});

test('leads nobody back when changes overlap, and leaves nobody behind, while readers come and go', async () => {
  const { readers, all, undos, change, told, newest } = counting(readersPerTurn * 5);
  const late: Reader[] = [];
  for (let number = 1; number <= 7; number += 1) {
    change(number);
    for (let at = number * 17; at < readersPerTurn; at += 50) undos[at]?.();
    late.push({ seen: [newest()] });
    readers.add(late.at(-1) as Reader);
    await new Promise(setImmediate);
  }
  const rest = [...readers];
  await eventually(() => expect(rest.every(({ seen }) => seen.at(-1) === 7)).toBe(true));
  for (const { seen } of [...all, ...late]) expect(seen).toEqual([...new Set(seen)].sort());
  await eventually(() => expect(told).toEqual([1, 2, 3, 4, 5, 6, 7]));
});
