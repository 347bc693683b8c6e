import fc from 'fast-check';
import { context } from '../model/naive/contexts.arbitrary.ts';

const refuse = () => {
  throw new Error('a trap was sprung');
};

const traps = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse]),
) as ProxyHandler<object>;

function nested(levels: number, around: (inner: unknown) => unknown): unknown {
  let value: unknown = [];
  for (let level = 0; level < levels; level++) value = around(value);
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function circle(): unknown {
  const one: { [field: string]: unknown } = { a: 1 };
  one.self = one;
  one.list = [one, [one]];
  return one;
}

function listInItself(): unknown {
  const list: unknown[] = ['a'];
  list.push(list);
  return list;
}

const many = (length: number, make: (i: number) => unknown) => Object.freeze(Array.from({ length }, (_, i) => make(i)));
const tenThousandKeys = Object.freeze(Object.fromEntries(many(10_000, (i) => [`k${i}`, i]) as [string, number][]));
const deepList = nested(10_000, (inner) => Object.freeze([inner]));
const deepObject = nested(10_000, (inner) => Object.freeze({ a: inner }));
const deepGroup = nested(10_000, (inner) => Object.freeze([Object.freeze({ all: inner })]));
const deepLogic = nested(10_000, (inner) => Object.freeze({ '!': Object.freeze([inner]) }));
const longList = many(100_000, (i) => i);
const longTexts = many(100_000, (i) => `user-${i}`);
const longText = 'aé😀\ud83d'.repeat(20_000);

/** What may be big or costly to make is made once, frozen. */
const values: readonly Make[] = [
  ...[undefined, null, true, 0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
    (one) => () => one,
  ),
  ...[2 ** 53, 1e308, 5e-324, 10n, -(10n ** 400n), Symbol('s'), Symbol.iterator].map((one) => () => one),
  ...['', '\ud83d', '\udc00\ud83d', '\0', '__proto__', 'constructor', 'a'.repeat(2000), longText].map(
    (one) => () => one,
  ),
  ...[deepList, deepObject, deepGroup, deepLogic, longList, longTexts, tenThousandKeys].map((one) => () => one),
  ...[circle, listInItself, revoked, () => refuse],
  () => new Proxy({}, traps),
  () => new Proxy([], traps),
  () => new Proxy({ a: 1 }, {}),
  () => new Proxy(['a'], {}),
  () => [],
  () => ({}),
  () => [[]],
  () => new Array(1000),
  () => new Array(2 ** 32 - 1),
  () => ({ length: 2 ** 32 - 1 }),
  () => Object.assign([], { 9: 'a', name: 'a' }),
  () => new Date(),
  () => new Date(Number.NaN),
  () => new Map([['a', 1]]),
  () => new Set(['a']),
  () => new Uint8Array(8),
  () => new String('a'),
  () => new Number(7),
  () => /a/g,
  () => Promise.resolve(1),
  () => Object.create(null),
  () => Object.create({ country: 'a', targetingKey: 'a' }),
  () => Object.defineProperty({}, 'a', { get: refuse, enumerable: true }),
  () => Object.defineProperty(['a'], 0, { get: refuse, enumerable: true }),
  () => ({ toString: refuse, valueOf: refuse, toJSON: refuse, [Symbol.toPrimitive]: refuse }),
  () => ({ toString: () => 'a', valueOf: () => 1 }),
  () => ({ [Symbol.iterator]: refuse, length: 1 }),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  () => JSON.parse('{"a": {"__proto__": {"polluted": true}}, "__proto__": null}'),
  () => class {},
];

/** Makes an input; some can not even be looked at by who generates them. */
export type Make = () => unknown;

/** Whatever a caller without types can hand over. */
export const hostileValue: fc.Arbitrary<Make> = fc.constantFrom(...values);

/** Names that conditions ask for, names that languages add, and none. */
const names = [
  'targetingKey',
  'country',
  'plan',
  'age',
  'beta',
  'born',
  'version',
  'ip',
  'tags',
  'now',
  'id',
  'userId',
];
const oddNames = [
  'properties',
  'user',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  'a.b',
  '\ud83d',
  '$flagd',
  '*',
];

/** A context in which up to three attributes are hostile, or that is so itself. */
export const hostileContext: fc.Arbitrary<Make> = fc.oneof(
  { arbitrary: context.map((sound) => () => sound), weight: 2 },
  {
    arbitrary: fc
      .tuple(
        context,
        fc.array(fc.tuple(fc.constantFrom(...names, ...oddNames), hostileValue, fc.boolean()), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([base, attributes]) => () => {
        const whole = { ...base };
        for (const [name, make, throws] of attributes)
          define(whole, name, throws ? { get: refuse } : { value: make() });
        return whole;
      }),
    weight: 6,
  },
  { arbitrary: hostileValue, weight: 2 },
);

/** A field named `__proto__` is a field like any other. */
export function define(target: object, name: string, descriptor: PropertyDescriptor): void {
  const open = 'value' in descriptor ? { writable: true } : {};
  Object.defineProperty(target, name, { ...descriptor, ...open, enumerable: true, configurable: true });
}
