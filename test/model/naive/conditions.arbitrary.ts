import fc from 'fast-check';
import type { Condition, Json } from './document.ts';

/** Few words, so that conditions and contexts meet. */
export const texts = [
  '',
  'a',
  'ab',
  'Ab',
  'AB',
  'é',
  'É',
  'İ',
  'i̇',
  'Σ',
  'ς',
  'σ',
  'ß',
  'ẞ',
  'Ǆ',
  'K',
  'k',
  '😀',
  '\ud83d',
];
export const numbers = [0, -0, 1, 1.5, -1, 7, 2 ** 53 - 1, 0.1 + 0.2, 0.3, 1e-7];
export const dates = [
  '2026-06-01T00:00:00Z',
  '2026-06-01T02:00:00+02:00',
  '2026-06-01T00:00:00.001Z',
  '2026-06-01T00:00:00.0019999Z',
  '2026-02-28T23:59:59.999-14:00',
  '2024-02-29T12:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59.999999999-23:59',
  '1970-01-01T00:00:00Z',
  '2000-02-29T00:00:00Z',
];
export const badDates = [
  '2026-02-29T00:00:00Z',
  '2026-06-01',
  '2026-06-01T24:00:00Z',
  '0000-01-01T00:00:00Z',
  '2026-06-01t00:00:00z',
  '2026-06-01T00:00:00Z\n',
  '2026-06-01T00:00:00.1234567890Z',
  '1900-02-29T00:00:00Z',
  '2026-06-01T00:00:00+24:00',
];
export const versions = [
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.0+build.01',
  '1.0.0-1',
  '1.0.0--',
  '1.0.0-A',
  '2.0.0-x-y+z-1',
  '10.2.3',
  `${'9'.repeat(30)}.0.0`,
  `1.0.0-${'9'.repeat(20)}`,
];
export const badVersions = [
  '1.0',
  'v1.0.0',
  '01.0.0',
  '1.0.0-',
  '1.0.0-01',
  '1.0.0+',
  '1.0.0-é',
  '1.0.0.0',
  `1.0.0+${'a'.repeat(251)}`,
];
export const addresses = [
  '10.0.0.1',
  '10.1.2.3',
  '255.255.255.255',
  '0.0.0.0',
  '::ffff:10.0.0.1',
  '::FFFF:0a00:1',
  '::',
  '::1',
  '2001:db8::1',
  '2001:0DB8:0:0:0:0:0:1',
  '2001:db8:1:2:3:4:5:6',
  '1:2:3:4:5:6:7::',
  '::10.0.0.1',
  '64:ff9b::10.0.0.1',
];
export const badAddresses = [
  '10.0.0',
  '10.0.0.256',
  '10.0.0.01',
  ' 10.0.0.1',
  '10.0.0.1/32',
  'fe80::1%eth0',
  '1::2::3',
  ':::',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  '1:2:3:4:5:6:7:8::',
  '::1.2.3',
  '1.2.3.4::',
  ':1',
  '1:',
];
export const networks = [
  '10.0.0.0/8',
  '10.0.0.0/31',
  '10.0.0.1',
  '10.1.2.3/16',
  '0.0.0.0/0',
  '255.255.255.255/32',
  '2001:db8::/32',
  '2001:db8::1',
  '2001:DB8:ffff::/33',
  '::ffff:10.0.0.0/104',
  '::1/128',
  'fe80::/10',
  '64:ff9b::/96',
];
const patterns = [
  '^a',
  'b$',
  'a|é',
  '^.$',
  '(?i)AB',
  '[a-b]+',
  '\\d{1,3}',
  '^\\PL*$',
  'a.*b',
  '(a|b){2}',
  '\\x{e9}',
  '^$',
];

/** Attributes, each mostly with values of one kind. */
export const pools: Readonly<Record<string, readonly Json[]>> = {
  country: texts,
  plan: texts,
  constructor: texts,
  age: numbers,
  beta: [true, false],
  born: dates,
  version: versions,
  ip: addresses,
};

const attr = fc.constantFrom(...Object.keys(pools), 'tags', 'missing', 'targetingKey');
const not = fc.constantFrom(undefined, undefined, false, true);
const ignoreCase = fc.constantFrom(undefined, undefined, true, false);

function values(pool: readonly Json[], maxLength = 1): fc.Arbitrary<Json[]> {
  return fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength });
}

/** The attributes that have values for the operator, and now and then another. */
function on(...names: string[]): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: fc.constantFrom(...names), weight: 9 }, attr);
}

function asking(attrs: fc.Arbitrary<string>, ops: readonly string[], operands: fc.Arbitrary<Json[]>) {
  return fc.record({ attr: attrs, op: fc.constantFrom(...ops), values: operands, not });
}

const attribute = fc.oneof(
  fc.record({
    attr: on('country', 'constructor'),
    op: fc.constantFrom('equals'),
    values: values(texts),
    not,
    ignoreCase,
  }),
  fc.record({ attr: on('country', 'plan'), op: fc.constantFrom('in'), values: values(texts, 4), not, ignoreCase }),
  asking(on('age'), ['in'], values(numbers, 4)),
  asking(on('beta'), ['equals'], values([true, false])),
  fc.record({
    attr: on('country', 'plan', 'targetingKey'),
    op: fc.constantFrom('starts_with', 'ends_with', 'contains'),
    values: values(texts, 3),
    not,
    ignoreCase,
  }),
  asking(on('country', 'plan'), ['matches'], values(patterns)),
  asking(on('age'), ['number_eq', 'number_gt', 'number_gte', 'number_lt', 'number_lte'], values(numbers)),
  asking(on('now', 'born'), ['date_before', 'date_after'], values(dates)),
  asking(on('version'), ['semver_eq', 'semver_gt', 'semver_gte', 'semver_lt', 'semver_lte'], values(versions)),
  fc.record({ attr, op: fc.constant('exists'), not }),
  asking(on('ip'), ['in_cidr'], values(networks, 3)),
  fc.record({ attr: on('tags'), op: fc.constantFrom('has_any', 'has_all'), values: values(texts, 3), not, ignoreCase }),
  asking(on('tags'), ['has_any', 'has_all'], fc.oneof(values(numbers, 2), values([true, false], 2))),
) as fc.Arbitrary<Condition>;

/** Conditions of any kind, groups in groups. */
export function conditionOn(segments: readonly string[]): fc.Arbitrary<Condition> {
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { arbitrary: attribute, weight: 6 },
      { arbitrary: fc.record({ segment: fc.constantFrom(...segments), not }) as fc.Arbitrary<Condition>, weight: 3 },
      ...(['all', 'any', 'none'] as const).map((group) => ({
        arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((list): Condition => ({ [group]: list })),
        weight: 1,
      })),
    ),
  })).condition;
}
