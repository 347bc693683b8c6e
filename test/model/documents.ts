import fc from 'fast-check';
import {
  conditions,
  date,
  type Json,
  key,
  network,
  operatorNames,
  percent,
  text,
  version,
} from './condition-documents.ts';
import { odd, oddField } from './odd-values.ts';

const importedKey = fc.oneof(
  key,
  fc.constantFrom('My Flag', 'flag~variant', 'Ünï', 'NEW_CHECKOUT', 'é'.repeat(64), ' '),
);
const requirement = fc.record({ flag: importedKey, variants: fc.array(importedKey, { minLength: 1, maxLength: 3 }) });
const metadata = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 5 });
const hashed = {
  by: fc.array(fc.oneof(text, fc.constantFrom('userId', '$random')), { minLength: 1, maxLength: 5 }),
  seed: text,
};

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

/** What the rules of a flag may name. */
interface Outline {
  readonly type: string;
  readonly names: readonly string[];
  readonly isUnleash: boolean;
}

function valueIn({ type, isUnleash }: Outline): fc.Arbitrary<Json> {
  const value = values[type] ?? fc.constant(null);
  return type === 'object' && isUnleash ? fc.oneof(value, text, fc.boolean(), fc.array(fc.integer())) : value;
}

function later(date: string, ms: number): string {
  return new Date(Date.parse(date) + ms).toISOString();
}

const ramp = fc
  .tuple(percent, percent, date, fc.integer({ min: 1, max: 10 ** 10 }))
  .map(([a, b, start, ms]) => ({ from: Math.min(a, b), to: Math.max(a, b), start, end: later(start, ms) }));
const rollout = fc.oneof(
  percent,
  ramp,
  fc.record({ percent, ...hashed }, { requiredKeys: ['percent'] }),
  fc.tuple(ramp, fc.record(hashed, { requiredKeys: [] })).map(([rising, by]) => ({ ...rising, ...by })),
) as fc.Arbitrary<Json>;

function armsOf({ names, isUnleash }: Outline): fc.Arbitrary<Json> {
  const arm = (variant: fc.Arbitrary<string>, weight: fc.Arbitrary<number>) =>
    fc.oneof(fc.tuple(variant, weight), fc.tuple(variant, weight, metadata)) as fc.Arbitrary<Json>;
  if (isUnleash) {
    const weight = fc.oneof(fc.nat(1000), fc.constantFrom(0, 0.5, 33.333_333, 1e300));
    return fc.array(arm(fc.constantFrom(...names), weight), { maxLength: 5 });
  }
  return fc
    .integer({ min: 0, max: 100_000 })
    .chain((weight) =>
      fc.tuple(
        arm(fc.constant(names[0] ?? ''), fc.constant(weight)),
        arm(fc.constant(names[1] ?? ''), fc.constant(100_000 - weight)),
      ),
    );
}

function serveOf(outline: Outline): fc.Arbitrary<Json> {
  return fc.oneof(
    fc.constantFrom(...outline.names, null),
    fc.record({ split: armsOf(outline), ...hashed }, { requiredKeys: ['split'] }) as fc.Arbitrary<Json>,
    fc.record({ value: valueIn(outline) }) as fc.Arbitrary<Json>,
  );
}

function ruleOf(outline: Outline, id: string): fc.Arbitrary<Json> {
  return fc.record(
    {
      id: fc.constant(id),
      name: text,
      if: fc.array(conditions[outline.isUnleash ? 'unleash' : 'burgee'], { maxLength: 3 }),
      requires: fc.array(requirement, { maxLength: 2 }),
      rollout,
      serve: serveOf(outline),
    },
    { requiredKeys: outline.type === 'boolean' ? ['id'] : ['id', 'serve'] },
  ) as fc.Arbitrary<Json>;
}

const type = fc.constantFrom('boolean', 'string', 'integer', 'float', 'object');
const extras = { salt: text, clientVisible: fc.boolean(), needs: fc.integer({ min: 1, max: 1000 }), metadata };

function commonFlag(semantics: string): fc.Arbitrary<Json> {
  const isUnleash = semantics !== 'burgee-1';
  return type.chain((type) => {
    const names = isUnleash ? ['on', 'Off ~'] : ['on', 'off', 'third'];
    const outline = { type, names, isUnleash };
    const fallback = fc.constantFrom(...names, null);
    const ofFlag = fc.tuple(requirement, fc.option(fallback, { nil: undefined }));
    return fc.record(
      {
        key: isUnleash ? importedKey : key,
        enabled: fc.boolean(),
        type: fc.constant(type),
        variants: fc.record(Object.fromEntries(names.map((name) => [name, valueIn(outline)]))) as fc.Arbitrary<Json>,
        off: fallback,
        requires: fc.array(
          ofFlag.map(([required, other]) => (other === undefined ? required : { ...required, else: other })),
          { maxLength: 2 },
        ),
        rules: fc
          .integer({ min: 0, max: 4 })
          .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => ruleOf(outline, `rule-${i}`)))),
        default: serveOf(outline),
        semantics: fc.constant(semantics),
        ...extras,
      },
      {
        requiredKeys: [
          'key',
          'enabled',
          'type',
          'variants',
          'off',
          'default',
          ...(isUnleash ? ['semantics' as const] : []),
        ],
      },
    ) as fc.Arbitrary<Json>;
  });
}

const foreignFlag: fc.Arbitrary<Json> = type.chain((type) =>
  fc.record(
    {
      key: importedKey,
      enabled: fc.boolean(),
      type: fc.constant(type),
      variants: fc.dictionary(fc.constantFrom('v1', 'On it', 'Ü'), valueIn({ type, names: [], isUnleash: true }), {
        minKeys: 1,
      }) as fc.Arbitrary<Json>,
      off: fc.constant(null),
      default: fc.constant(null),
      semantics: fc.constantFrom('growthbook-1', 'growthbook-2', 'flagd-1', 'flagd-2', 'flagd-3'),
      foreign: fc.dictionary(text, fc.jsonValue({ maxDepth: 3, noUnicodeString: true })) as fc.Arbitrary<Json>,
      ...extras,
    },
    { requiredKeys: ['key', 'enabled', 'type', 'variants', 'off', 'default', 'semantics', 'foreign'] },
  ),
) as fc.Arbitrary<Json>;

/** Flags that are well-formed, of every semantics. */
export const goodFlag: fc.Arbitrary<Json> = fc.oneof(
  { arbitrary: commonFlag('burgee-1'), weight: 5 },
  { arbitrary: commonFlag('unleash'), weight: 2 },
  { arbitrary: commonFlag('unleash-node'), weight: 1 },
  { arbitrary: foreignFlag, weight: 2 },
);

function segmentOf(semantics: string, condition: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.record(
    {
      key,
      semantics: fc.constant(semantics),
      if: fc.array(condition, { maxLength: 3 }),
      include: fc.array(text, { maxLength: 3 }),
      exclude: fc.array(text, { maxLength: 3 }),
    },
    { requiredKeys: semantics === 'burgee-1' ? ['key'] : ['key', 'semantics'] },
  ) as fc.Arbitrary<Json>;
}

export const goodSegment: fc.Arbitrary<Json> = fc.oneof(
  { arbitrary: segmentOf('burgee-1', conditions.burgee), weight: 3 },
  { arbitrary: segmentOf('unleash', conditions.unleash), weight: 1 },
);

/** Flags whose one rule asks with any operator for any values, on a rollout of any kind. */
export const oddRules: fc.Arbitrary<Json> = fc
  .record(
    {
      attr: fc.oneof(text, odd),
      op: fc.constantFrom(...operatorNames),
      values: fc.oneof(fc.array(odd, { minLength: 1, maxLength: 2 }), fc.tuple(fc.oneof(date, version, text, network))),
      not: fc.boolean(),
      ignoreCase: fc.oneof(fc.boolean(), odd),
      rollout: fc.oneof(
        fc.record({
          from: fc.oneof(percent, odd),
          to: fc.oneof(percent, odd),
          start: fc.oneof(date, odd),
          end: fc.oneof(date, odd),
        }),
        fc.record(
          { percent: fc.oneof(percent, odd), by: fc.oneof(hashed.by, odd), seed: odd },
          { requiredKeys: ['percent'] },
        ),
      ),
      semantics: fc.constantFrom('burgee-1', 'unleash'),
    },
    { requiredKeys: ['attr', 'op', 'values', 'rollout', 'semantics'] },
  )
  .map(({ rollout, semantics, ...condition }) => ({
    ...{ key: 'odd', enabled: true, type: 'boolean', variants: { on: true, off: false }, off: null, default: 'off' },
    semantics,
    rules: [{ id: 'odd', if: [condition], rollout }],
  })) as fc.Arbitrary<Json>;

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
