import { type Operator, plain } from './compiler.ts';
import { numberOf } from './number.ts';
import { argument, isList, listOf } from './value.ts';

/** Numbers from numbers and texts; what is neither is an error. */
export const arithmetic: readonly [string, Operator][] = [
  ['+', plain((values) => (isList(values) ? sum(values) : numberOf(values)))],
  [
    '-',
    chain(
      (a, b) => a - b,
      (only) => -1 * only,
    ),
  ],
  ['*', plain((values) => listOf(values).reduce((product: number, one) => product * numberOf(one), 1))],
  [
    '/',
    chain(
      (a, b) => a / b,
      (only) => only,
    ),
  ],
  ['%', plain((values) => modulo(listOf(values)))],
  ['abs', plain((values) => Math.abs(numberOf(isList(values) ? argument(values, 0) : values)))],
  ['max', extreme((one, best) => one > best)],
  ['min', extreme((one, best) => one < best)],
];

function sum(values: readonly unknown[]): number {
  // A single -0 stays one.
  return values.length === 1 ? numberOf(values[0]) : values.reduce((total: number, one) => total + numberOf(one), 0);
}

function modulo(values: readonly unknown[]): number {
  const [a, b] = [argument(values, 0), argument(values, 1)];
  return numberOf(a) % numberOf(b);
}

/** From left to right; 0 without arguments. */
function chain(step: (a: number, b: number) => number, single: (only: number) => number): Operator {
  return plain((values) => {
    const [first, ...others] = listOf(values);
    if (first === undefined) return 0;
    const start = numberOf(first);
    return others.length === 0 ? single(start) : others.reduce((so: number, one) => step(so, numberOf(one)), start);
  });
}

/** null without arguments. */
function extreme(isBetter: (one: number, best: number) => boolean): Operator {
  return plain((values) => {
    const list = listOf(values);
    if (list.length === 0) return null;
    let best = numberOf(list[0]);
    for (let i = 1; i < list.length; i++) {
      const one = numberOf(list[i]);
      if (isBetter(one, best)) best = one;
    }
    return best;
  });
}
