import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { nextChangeAt } from './next-change.ts';
import { rampShare, shareOf } from './rollout.ts';
import { booleanFlag, compiledOf } from './sample.support.ts';

const percent = fc.integer({ min: 0, max: 100_000 }).map((share) => share / 1000);
const users = Array.from({ length: 500 }, (_, i) => `user-${i}`);

function served(flag: Parameters<typeof booleanFlag>[0], now = 0): (string | undefined)[] {
  const compiled = compiledOf([booleanFlag(flag)]);
  return users.map((targetingKey) => evaluate(compiled, 'flag', { targetingKey }, now).variant);
}

test('a raised percentage moves nobody out', () => {
  fc.assert(
    fc.property(percent, percent, (a, b) => {
      const less = served({ rules: [{ id: 'r', rollout: Math.min(a, b) }] });
      const more = served({ rules: [{ id: 'r', rollout: Math.max(a, b) }] });
      return less.every((variant, i) => variant === 'off' || more[i] === 'on');
    }),
  );
});

test('a raised weight at its end of a split moves nobody out of its variant', () => {
  const weight = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(weight, weight, (a, b) => {
      const split = (on: number) =>
        served({
          default: {
            split: [
              ['on', on],
              ['off', 100_000 - on],
            ],
          },
        });
      const less = split(Math.min(a, b));
      const more = split(Math.max(a, b));
      return less.every((variant, i) => variant === 'off' || more[i] === 'on');
    }),
  );
});

test('a ramp moves nobody out while it runs', () => {
  const ramp = { from: 3, to: 80, start: '2026-12-01T06:00:00Z', end: '2026-12-03T06:00:00Z' };
  const start = Date.parse(ramp.start);
  const steps = [-1, 0, 1, 3, 10, 20, 40, 47.9, 48, 1000].map((hours) => Math.floor(start + hours * 3_600_000));
  const seen = steps.map((now) => served({ rules: [{ id: 'r', rollout: ramp }] }, now));
  for (const [i, variants] of seen.entries()) {
    const earlier = seen[i - 1] ?? [];
    expect(variants.every((variant, j) => variant === 'on' || earlier[j] !== 'on')).toBe(true);
  }
  expect(seen[0]).not.toContain('on');
  expect(seen.at(-1)).toContain('off');
});

test.each([[[50_000, 50_000]], [[10_000, 20_000, 70_000]], [[25_000, 25_000, 25_000, 25_000]]])(
  'a split of %j has these shares',
  (weights) => {
    const names = weights.map((_, i) => `v${i}`);
    const variants = Object.fromEntries([...names, 'off'].map((name) => [name, name]));
    const split = names.map((name, i) => [name, weights[i] as number] as const);
    const compiled = compiledOf([booleanFlag({ type: 'string', variants, default: { split } })]);
    const counts = new Map<string | undefined, number>();
    const total = 50_000;
    for (let i = 0; i < total; i++) {
      const { variant } = evaluate(compiled, 'flag', { targetingKey: `user-${i}` }, 0);
      counts.set(variant, (counts.get(variant) ?? 0) + 1);
    }
    for (const [i, weight] of weights.entries()) {
      const share = weight / 100_000;
      const fourSigma = 4 * Math.sqrt(total * share * (1 - share));
      expect(Math.abs((counts.get(`v${i}`) ?? 0) - total * share)).toBeLessThan(fourSigma);
    }
  },
);

test('rollout and split are independent', () => {
  const compiled = compiledOf([
    booleanFlag({
      rules: [
        {
          id: 'r',
          rollout: 25,
          serve: {
            split: [
              ['on', 50_000],
              ['off', 50_000],
            ],
          },
        },
      ],
      default: null,
    }),
  ]);
  const counts = { on: 0, off: 0 };
  for (let i = 0; i < 40_000; i++) {
    const { variant } = evaluate(compiled, 'flag', { targetingKey: `user-${i}` }, 0);
    if (variant === 'on' || variant === 'off') counts[variant]++;
  }
  const within = counts.on + counts.off;
  expect(Math.abs(within - 10_000)).toBeLessThan(4 * Math.sqrt(40_000 * 0.25 * 0.75));
  expect(Math.abs(counts.on - within / 2)).toBeLessThan(4 * Math.sqrt(within / 4));
});

test('nothing changes before nextChangeAt, and a ramp changes at it', () => {
  const ramps = fc.record({
    from: fc.integer({ min: 0, max: 50_000 }),
    rise: fc.integer({ min: 1, max: 50_000 }),
    start: fc.integer({ min: 0, max: 2 ** 42 }),
    length: fc.integer({ min: 1, max: 10 ** 10 }),
    at: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
  });
  fc.assert(
    fc.property(ramps, ({ from, rise, start, length, at }) => {
      const ramp = { start, end: start + length, from, to: from + rise };
      const now = Math.floor(start + at * length);
      const next = nextChangeAt({ changes: [ramp] } as never, now);
      if (next === null) return rampShare(ramp, now) === ramp.to;
      const before = rampShare(ramp, now);
      return next > now && rampShare(ramp, next - 1) === before && (next === start || rampShare(ramp, next) > before);
    }),
    { numRuns: 5000 },
  );
});

test('a date condition on now is a next change; flags that are off have none', () => {
  const on = (key: string, date: string, enabled: boolean) =>
    booleanFlag({ key, enabled, rules: [{ id: 'r', if: [{ attr: 'now', op: 'date_after', values: [date] }] }] });
  const compiled = compiledOf([
    on('late', '2027-01-01T00:00:00Z', true),
    on('soon', '2026-12-01T06:00:00Z', true),
    on('off', '2026-11-30T00:00:00Z', false),
  ]);
  const first = Date.parse('2026-12-01T06:00:00Z');
  expect(nextChangeAt(compiled, 0)).toBe(first);
  expect(nextChangeAt(compiled, first)).toBe(Date.parse('2027-01-01T00:00:00Z'));
  expect(nextChangeAt(compiled, Date.parse('2028-01-01T00:00:00Z'))).toBeNull();
});

test('every percentage of three decimals is a whole number of buckets', () => {
  for (let buckets = 0; buckets <= 100_000; buckets++) {
    if (shareOf(buckets / 1000) !== buckets) expect.fail(`${buckets}`);
  }
});
