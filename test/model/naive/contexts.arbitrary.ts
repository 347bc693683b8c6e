import fc from 'fast-check';
import { badAddresses, badDates, badVersions, dates, numbers, pools, texts } from './conditions.arbitrary.ts';
import type { Context } from './document.ts';

const wrong: readonly unknown[] = [
  null,
  true,
  7,
  2 ** 53,
  1e300,
  Number.NaN,
  '',
  [],
  {},
  undefined,
  ...badDates,
  ...badVersions,
  ...badAddresses,
];

const targetingKey = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 10_000 }).map((id) => `user-${id}`), weight: 12 },
  { arbitrary: fc.constantFrom('ada', 'user-1', 'user-2', 'Zoë', '\ud83d', 'x'.repeat(300)), weight: 6 },
  fc.constantFrom(undefined, null, '', 7, -0, true, []),
);

/** Of the kind the conditions ask for, more often than not. */
function attribute(name: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...(pools[name] as readonly unknown[])), weight: 14 },
    { arbitrary: fc.constant(absent), weight: 4 },
    { arbitrary: fc.constantFrom(...wrong), weight: 1 },
  );
}

const absent = Symbol('absent');
const sparse = Object.assign(new Array(2), { 1: 'a' });
const scalars: readonly unknown[] = [...texts, ...numbers, true, false, null, {}];
const tags = fc.oneof(
  { arbitrary: fc.array(fc.constantFrom(...scalars), { maxLength: 5 }), weight: 12 },
  { arbitrary: fc.constant(absent), weight: 4 },
  fc.constantFrom<unknown>(
    'a',
    7,
    Array.from({ length: 1000 }, () => 'a'),
    Array.from({ length: 1001 }, () => 'a'),
    sparse,
    {},
  ),
);

/** One without anything, ones with all attributes, ones with values of wrong types. */
export const context: fc.Arbitrary<Context> = fc.oneof(
  {
    arbitrary: fc
      .record({ targetingKey, tags, ...Object.fromEntries(Object.keys(pools).map((name) => [name, attribute(name)])) })
      .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== absent))),
    weight: 12,
  },
  fc.constant({}),
);

/** At, just before and just after what rulesets name, and anywhere. */
export const instant: fc.Arbitrary<number> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...dates.slice(0, 6)), fc.constantFrom(-1, 0, 1, 2, 1000, -1000))
    .map(([date, ms]) => Date.parse(date) + ms),
  fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2027-01-01T00:00:00Z') }),
);
