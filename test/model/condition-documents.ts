import { readFileSync } from 'node:fs';
import fc from 'fast-check';

interface Operators {
  readonly operators: readonly { name: string }[];
  readonly unleashOperators: readonly { name: string }[];
}
const { operators, unleashOperators }: Operators = JSON.parse(
  readFileSync(new URL('../../spec/operators.json', import.meta.url), 'utf8'),
);

const operatorsOfUnleash = unleashOperators.map(({ name }) => name);

export const operatorNames: readonly string[] = [...operators.map(({ name }) => name), ...operatorsOfUnleash];

export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

export const key = fc.oneof(
  fc.constantFrom('new-checkout', 'a', 'payments.v2', 'x_1', 'a'.repeat(128)),
  fc.stringMatching(/^[a-z0-9._-]{1,12}$/).map((rest) => `k${rest}`),
);
export const date = fc.oneof(
  fc.constantFrom('2026-12-01T06:00:00Z', '2024-02-29T23:59:59.999+14:00', '0001-01-01T00:00:00-23:59'),
  fc
    .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9990-12-30T00:00:00Z'), noInvalidDate: true })
    .map((instant) => instant.toISOString()),
);
export const version = fc.constantFrom(
  '1.2.3',
  '0.0.0',
  '10.20.30-alpha.1+build.5',
  '1.0.0-0A.is.legal',
  '99999999999999999999.0.1',
);
export const percent = fc.oneof(
  fc.constantFrom(0, 100, 0.001, 99.999, 50, 33.333),
  fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1000),
);
export const text = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcÄß日😀 -"\\/<é') });

export const network = fc.oneof(
  fc.constantFrom(
    '10.0.0.0/8',
    '0.0.0.0/0',
    '192.168.1.77',
    '::1',
    '2001:db8::/32',
    '::ffff:1.2.3.4/120',
    '1:2:3:4:5:6:7:8',
    'FE80::/10',
  ),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);

const attribute = fc.oneof(
  fc.record({ attr: text, op: fc.constantFrom('in'), values: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.record({
    attr: text,
    op: fc.constantFrom('in', 'has_all'),
    values: fc.array(fc.integer(), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ attr: text, op: fc.constant('equals'), values: fc.tuple(fc.boolean()) }),
  fc.record(
    {
      attr: text,
      op: fc.constantFrom('in', 'has_any', 'has_all', 'starts_with', 'ends_with', 'contains'),
      values: fc.array(text, { minLength: 1 }),
      ignoreCase: fc.boolean(),
    },
    { requiredKeys: ['attr', 'op', 'values'] },
  ),
  fc.record({ attr: text, op: fc.constant('in_cidr'), values: fc.array(network, { minLength: 1, maxLength: 3 }) }),
  fc.record({ attr: text, op: fc.constant('matches'), values: fc.tuple(text) }),
  fc.record({
    attr: text,
    op: fc.constantFrom('number_eq', 'number_gt', 'number_gte', 'number_lt', 'number_lte'),
    values: fc.tuple(fc.oneof(fc.integer(), fc.constantFrom(0.1, -1e-7, 1e15))),
  }),
  fc.record({
    attr: fc.constantFrom('now', 'born'),
    op: fc.constantFrom('date_before', 'date_after'),
    values: fc.tuple(date),
  }),
  fc.record({
    attr: text,
    op: fc.constantFrom('semver_eq', 'semver_gt', 'semver_gte', 'semver_lt', 'semver_lte'),
    values: fc.tuple(version),
  }),
  fc.record({ attr: text, op: fc.constant('exists'), not: fc.boolean() }, { requiredKeys: ['attr', 'op'] }),
) as fc.Arbitrary<Json>;
const unleashAttribute = fc.record(
  {
    attr: fc.oneof(text, fc.constantFrom('userId', 'currentTime', 'now')),
    op: fc.constantFrom(...operatorsOfUnleash),
    values: fc.array(fc.oneof(text, version, fc.constant('')), { maxLength: 4 }),
    not: fc.boolean(),
    ignoreCase: fc.boolean(),
  },
  { requiredKeys: ['attr', 'op', 'values'] },
) as fc.Arbitrary<Json>;

function conditionOf(attribute: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.letrec<{ condition: Json }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      attribute,
      fc.record({ segment: key, not: fc.boolean() }, { requiredKeys: ['segment'] }) as fc.Arbitrary<Json>,
      ...(['all', 'any', 'none'] as const).map(
        (group) => fc.record({ [group]: fc.array(tie('condition'), { maxLength: 3 }) }) as fc.Arbitrary<Json>,
      ),
    ),
  })).condition;
}

/** Well-formed conditions, by whose operators they have. */
export const conditions = { burgee: conditionOf(attribute), unleash: conditionOf(unleashAttribute) };
