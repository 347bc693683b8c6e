import { readFileSync } from 'node:fs';
import fc from 'fast-check';

const { operators }: { operators: { name: string }[] } = JSON.parse(
  readFileSync(new URL('../../spec/operators.json', import.meta.url), 'utf8'),
);

const operatorNames: readonly string[] = operators.map(({ name }) => name);

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

const key = fc.oneof(
  fc.constantFrom('new-checkout', 'a', 'payments.v2', 'x_1', 'a'.repeat(128)),
  fc.stringMatching(/^[a-z0-9._-]{1,12}$/).map((rest) => `k${rest}`),
);
const date = fc.oneof(
  fc.constantFrom('2026-12-01T06:00:00Z', '2024-02-29T23:59:59.999+14:00', '0001-01-01T00:00:00-23:59'),
  fc
    .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9990-12-30T00:00:00Z'), noInvalidDate: true })
    .map((instant) => instant.toISOString()),
);
const version = fc.constantFrom(
  '1.2.3',
  '0.0.0',
  '10.20.30-alpha.1+build.5',
  '1.0.0-0A.is.legal',
  '99999999999999999999.0.1',
);
const percent = fc.oneof(
  fc.constantFrom(0, 100, 0.001, 99.999, 50, 33.333),
  fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1000),
);
const text = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcÄß日😀 -"\\/<é') });

const attribute = fc.oneof(
  fc.record({ attr: text, op: fc.constantFrom('in'), values: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.record({ attr: text, op: fc.constantFrom('in'), values: fc.array(fc.integer(), { minLength: 1, maxLength: 4 }) }),
  fc.record({ attr: text, op: fc.constant('equals'), values: fc.tuple(fc.boolean()) }),
  fc.record({
    attr: text,
    op: fc.constantFrom('starts_with', 'ends_with', 'contains'),
    values: fc.array(text, { minLength: 1 }),
  }),
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
);
const conditionOrGroup = fc.letrec<{ condition: Json }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    attribute as fc.Arbitrary<Json>,
    fc.record({ segment: key, not: fc.boolean() }, { requiredKeys: ['segment'] }) as fc.Arbitrary<Json>,
    ...(['all', 'any', 'none'] as const).map(
      (group) => fc.record({ [group]: fc.array(tie('condition'), { maxLength: 3 }) }) as fc.Arbitrary<Json>,
    ),
  ),
})).condition;
const requirement = fc.record({ flag: key, variants: fc.array(key, { minLength: 1, maxLength: 3 }) });

const values: Record<string, fc.Arbitrary<Json>> = {
  boolean: fc.boolean(),
  string: text,
  integer: fc.maxSafeInteger(),
  float: fc.oneof(fc.integer(), fc.constantFrom(0.5, -1e-300, 1e15)),
  object: fc.dictionary(
    text,
    fc.oneof(text, fc.integer(), fc.constant(null), fc.array(fc.boolean())),
  ) as fc.Arbitrary<Json>,
};

function later(date: string, ms: number): string {
  return new Date(Date.parse(date) + ms).toISOString();
}

function split(names: readonly string[]): fc.Arbitrary<Json> {
  return fc.integer({ min: 0, max: 100_000 }).map((weight) => ({
    split: [
      [names[0]!, weight],
      [names[1]!, 100_000 - weight],
    ],
  }));
}

function rule(type: string, names: readonly string[], id: string): fc.Arbitrary<Json> {
  const serve = fc.oneof(fc.constantFrom(...names, null), split(names));
  return fc.record(
    {
      id: fc.constant(id),
      name: text,
      if: fc.array(conditionOrGroup, { maxLength: 3 }),
      requires: fc.array(requirement, { maxLength: 2 }),
      rollout: fc.oneof(
        percent,
        fc
          .tuple(percent, percent, date, fc.integer({ min: 1, max: 10 ** 10 }))
          .map(([a, b, start, ms]) => ({ from: Math.min(a, b), to: Math.max(a, b), start, end: later(start, ms) })),
      ),
      serve: serve as fc.Arbitrary<Json>,
    },
    { requiredKeys: type === 'boolean' ? ['id'] : ['id', 'serve'] },
  ) as fc.Arbitrary<Json>;
}

/** Flags that are well-formed. */
export const goodFlag: fc.Arbitrary<Json> = fc
  .constantFrom('boolean', 'string', 'integer', 'float', 'object')
  .chain((type) => {
    const names = ['on', 'off', 'third'];
    return fc.record(
      {
        key,
        enabled: fc.boolean(),
        type: fc.constant(type),
        variants: fc.record(Object.fromEntries(names.map((name) => [name, values[type]!]))) as fc.Arbitrary<Json>,
        off: fc.constantFrom(...names, null),
        requires: fc.array(requirement, { maxLength: 2 }),
        rules: fc
          .integer({ min: 0, max: 4 })
          .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => rule(type, names, `rule-${i}`)))),
        default: fc.oneof(fc.constantFrom(...names, null), split(names)) as fc.Arbitrary<Json>,
        salt: text,
        semantics: fc.constant('burgee-1'),
        clientVisible: fc.boolean(),
        needs: fc.integer({ min: 1, max: 1000 }),
        metadata: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())),
      },
      { requiredKeys: ['key', 'enabled', 'type', 'variants', 'off', 'default'] },
    ) as fc.Arbitrary<Json>;
  });

export const goodSegment: fc.Arbitrary<Json> = fc.record(
  {
    key,
    if: fc.array(attribute, { maxLength: 3 }),
    include: fc.array(text, { maxLength: 3 }),
    exclude: fc.array(text, { maxLength: 3 }),
  },
  { requiredKeys: ['key'] },
) as fc.Arbitrary<Json>;

function nested(levels: number, group: string): Json {
  let value: Json = [];
  for (let i = 0; i < levels; i++) value = group === '' ? [value] : [{ [group]: value }];
  return value;
}

const odd: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  ...[
    null,
    true,
    false,
    0,
    -0,
    -1,
    1,
    1.5,
    50,
    100,
    100.0001,
    0.0001,
    33.3333,
    1e21,
    1e308,
    5e-324,
    2 ** 53,
    2 ** 53 - 1,
    -(2 ** 53),
  ],
  ...[
    '',
    ' ',
    'on',
    'off',
    'x',
    'On',
    'Ünï',
    '😀',
    'a b',
    '\t',
    '\u007f',
    '\u0080',
    '.',
    '..',
    '__proto__',
    'constructor',
    'toString',
    'valueOf',
  ],
  ...[
    'a'.repeat(128),
    'a'.repeat(129),
    'é'.repeat(64),
    'é'.repeat(65),
    '日'.repeat(90),
    'a'.repeat(256),
    'a'.repeat(257),
    'é'.repeat(129),
  ],
  ...['a'.repeat(1024), 'a'.repeat(1025), '日'.repeat(350), 'a'.repeat(65_534), 'a'.repeat(65_535), '"'.repeat(65_534)],
  ...[
    'now',
    'in',
    'exists',
    'matches',
    'matchesish',
    'semver_gt',
    'date_after',
    'number_eq',
    'equals',
    'boolean',
    'object',
    'integer',
  ],
  ...[
    '1.2',
    'v1.2.3',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-',
    '1.2.3-01',
    '1.2.3+',
    `1.2.3-${'a'.repeat(251)}`,
    `1.2.3-${'a'.repeat(250)}`,
  ],
  ...[
    '31/12/2026',
    '2026-12-01',
    '2026-12-01T06:00:00',
    '2026-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
  ],
  ...[
    '1900-02-29T00:00:00Z',
    '2026-12-01T24:00:00Z',
    '2026-12-01T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '275761-01-01T00:00:00Z',
  ],
  ...[
    '2026-12-01T06:00:00+24:00',
    '2026-12-01T06:00:00.1234567891Z',
    '2026-12-01T06:00:00.9999999Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
  ],
  ...['2026-12-01t06:00:00z', '2026-12-01T06:00:00Z\n', '２026-12-01T06:00:00Z', '2026-12-01T06:00:00-00:00'],
  [],
  {},
  [null],
  ['a', 1],
  ['a', 'a'],
  [1, true],
  ['on', 100_000],
  [['on', 100_000]],
  { split: [] },
  {
    split: [
      ['on', 1],
      ['on', 99_999],
    ],
  },
  {
    split: [
      ['on', 50_000.5],
      ['off', 49_999.5],
    ],
  },
  {
    split: [
      ['on', 1e308],
      ['off', -1],
    ],
  },
  { split: [['on', 99_999]] },
  { attr: 'now', op: 'exists' },
  { attr: 'a', op: 'in', values: ['x'], segment: 's' },
  { attr: 'a', op: 'in', values: Array.from({ length: 10_001 }, () => 'x') },
  { attr: 'a', op: 'in', values: Array.from({ length: 10_000 }, (_, i) => i) },
  { segment: 's' },
  { nobody: [] },
  { from: 10, to: 5, start: '2026-12-01T06:00:00Z', end: '2026-12-01T06:00:00.0009Z' },
  { from: 0, to: 100, start: '2026-12-01T06:00:00+01:00', end: '2026-12-01T05:00:00.001Z' },
  { deep: nested(30, '') },
  { deep: nested(31, '') },
  { deep: nested(62, '') },
  { deep: nested(70, '') },
  nested(9, 'all'),
  nested(10, 'any'),
  nested(12, 'none'),
  Array.from({ length: 21 }, () => 1),
  Array.from({ length: 101 }, () => ({ segment: 's' })),
  Array.from({ length: 201 }, () => 1),
  Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`v${i}`, true])),
  Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`v${i}`, true])),
  JSON.parse('{"a": {"__proto__": 1}}'),
  JSON.parse('{"__proto__": true, "on": false, "constructor": true}'),
  { big: 2 ** 53 },
  { list: [1, [2, { n: -1e300 }]] },
);
/** Flags whose one rule asks with any operator for any values, on a rollout of any kind. */
export const oddRules: fc.Arbitrary<Json> = fc
  .record(
    {
      attr: fc.oneof(text, odd),
      op: fc.constantFrom(...operatorNames),
      values: fc.oneof(fc.array(odd, { minLength: 1, maxLength: 2 }), fc.tuple(fc.oneof(date, version, text))),
      not: fc.boolean(),
      from: fc.oneof(percent, odd),
      to: fc.oneof(percent, odd),
      start: fc.oneof(date, odd),
      end: fc.oneof(date, odd),
    },
    { requiredKeys: ['attr', 'op', 'values', 'from', 'to', 'start', 'end'] },
  )
  .map(({ from, to, start, end, ...condition }) => ({
    ...{ key: 'odd', enabled: true, type: 'boolean', variants: { on: true, off: false }, off: null, default: 'off' },
    rules: [{ id: 'odd', if: [condition], rollout: { from, to, start, end } }],
  }));
const oddField = fc.constantFrom(
  'rollOut',
  'SERVE',
  'Key',
  'unknown',
  '',
  '__proto__',
  'toString',
  'a.b',
  'not',
  'serve',
  'split',
  'ÜBER',
  'if',
  'values',
  'requires',
);

interface Mutation {
  readonly pick: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'rename' | 'repeat';
  readonly value: Json;
  readonly field: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  pick: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'rename', 'repeat'),
  value: odd,
  field: oddField,
});

/** Documents that are mostly right and broken in up to three places. */
export function broken(document: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(document, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([good, mutations]) => mutations.reduce(mutate, { root: structuredClone(good) }).root as Json);
}

function mutate(holder: { [field: string]: Json }, { pick, kind, value, field }: Mutation): { [field: string]: Json } {
  const places = placesIn(holder);
  const { parent, name } = places[pick % places.length]!;
  const target = parent as { [field: string]: Json };
  const current = target[name]!;
  if (kind === 'replace') set(target, name, value);
  else if (kind === 'remove')
    Array.isArray(parent) ? parent.splice(Number(name), 1) : name !== 'root' && delete target[name];
  else if (kind === 'add')
    typeof current === 'object' && current !== null && !Array.isArray(current) && set(current, field, value);
  else if (kind === 'repeat') Array.isArray(current) && current.push(...structuredClone(current));
  else if (!Array.isArray(parent) && name !== 'root') {
    delete target[name];
    set(target, field, current);
  }
  return holder;
}

/** A field named `__proto__` is a field like any other. */
function set(target: object, name: string, value: Json): void {
  Object.defineProperty(target, name, {
    value: structuredClone(value),
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function placesIn(value: Json): { parent: Json; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = Object.keys(value).slice(0, 50);
  return names.flatMap((name) => [{ parent: value, name }, ...placesIn((value as { [field: string]: Json })[name]!)]);
}
