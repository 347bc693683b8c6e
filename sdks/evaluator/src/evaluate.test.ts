import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { evaluate, evaluateAll } from './evaluate.ts';
import type { EvaluationContext } from './evaluation.ts';
import { explain } from './explain.ts';
import { nextChangeAt } from './next-change.ts';
import { operatorTable } from './operators.generated.ts';
import { parseRuleset } from './parse.ts';
import type { Json, Ruleset } from './ruleset.ts';
import { booleanFlag, compiledOf } from './sample.support.ts';

const operands: Readonly<Record<string, Json>> = {
  date: '2026-12-01T06:00:00Z',
  network: '10.0.0.0/8',
  none: '',
  number: 5,
  pattern: '^a+$',
  scalar: 'NO',
  text: 'a',
  version: '1.2.3',
};

/** Asks with every operator for `attribute`, in rules that serve off, then goes on to a rollout and a segment. */
function nosyFlag(attribute: string) {
  const asking = Object.entries(operatorTable).map(([op, [operand, , maxValues]], i) => ({
    id: `r${i}`,
    if: [{ attr: attribute, op, ...(maxValues > 0 && { values: [operands[operand] as Json] }) }],
    serve: 'off',
  }));
  return booleanFlag({
    rules: [{ id: 'member', if: [{ segment: 'staff' }] }, ...asking, { id: 'share', rollout: 50 }],
    default: {
      split: [
        ['on', 50_000],
        ['off', 50_000],
      ],
    },
  });
}

const names = ['country', 'targetingKey', 'constructor', '__proto__', 'toString'];
const staff = { key: 'staff', include: ['ada'], if: [{ attr: 'email', op: 'ends_with', values: ['@x'] }] };
const nosy = compiledOf(
  names.map((name, i) => ({ ...nosyFlag(name), key: `nosy-${i}` })),
  [staff],
);

function expectDecided(context: unknown): void {
  const all = evaluateAll(nosy, context as EvaluationContext, 0);
  expect(all).toHaveLength(names.length);
  for (const { flagKey, reason } of all) {
    expect(typeof reason).toBe('string');
    expect(typeof explain(nosy, flagKey, context as EvaluationContext, 0).sentence).toBe('string');
  }
}

test('never throws for any context', () => {
  const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
  const field = fc.constantFrom(...names, 'email', 'other');
  fc.assert(fc.property(fc.oneof(value, fc.dictionary(field, value)), expectDecided), { numRuns: 1000 });
});

const throwing = () => {
  throw new Error('not for you');
};
const cycle: Record<string, unknown> = { targetingKey: 'ada' };
cycle.country = cycle;

test.each<[string, unknown]>([
  ['null', null],
  ['undefined', undefined],
  ['a number', 7],
  ['a text', 'ada'],
  ['a getter that throws', Object.defineProperty({}, 'country', { get: throwing })],
  ['a targeting key that throws', Object.defineProperty({}, 'targetingKey', { get: throwing })],
  ['a proxy that throws', new Proxy({}, { get: throwing, has: throwing, getOwnPropertyDescriptor: throwing })],
  ['a revoked proxy', revoked()],
  ['a proxy as value', { country: new Proxy({}, { get: throwing, getPrototypeOf: throwing }), targetingKey: 'a' }],
  ['a cycle', cycle],
  ['a BigInt', { country: 5n, targetingKey: 5n }],
  ['a symbol', { country: Symbol('x') }],
  ['a function', { country: throwing }],
  ['an invalid Date', { country: new Date(Number.NaN), targetingKey: 'x' }],
  ['numbers that are none', { country: Number.NaN, targetingKey: Number.POSITIVE_INFINITY }],
  ['prototype keys', JSON.parse('{"__proto__": 1, "constructor": {"prototype": 1}, "toString": "x"}')],
  ['no prototype', Object.assign(Object.create(null), { country: 'NO', targetingKey: 'ada' })],
  ['10,000 attributes', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`a${i}`, i]))],
  ['a long targeting key', { targetingKey: 'é'.repeat(100_000) }],
])('never throws for %s', (_, context) => expectDecided(context));

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test('never throws for any flag key', () => {
  for (const key of [Symbol('x'), Object.create(null), null, undefined]) {
    expect(evaluate(nosy, key as string, {}, 0).errorCode).toBe('FLAG_NOT_FOUND');
  }
});

test('takes no attribute from a prototype that somebody has polluted', () => {
  const compiled = compiledOf([
    booleanFlag({ rules: [{ id: 'r', if: [{ attr: 'isAdmin', op: 'equals', values: [true] }] }] }),
    booleanFlag({ key: 'by', default: { split: [['on', 100_000]], by: ['isAdmin', 'id'] } }),
  ]);
  Object.defineProperty(Object.prototype, 'isAdmin', {
    value: true,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  try {
    expect(evaluate(compiled, 'flag', {}, 0).value).toBe(false);
    expect(evaluate(compiled, 'flag', { isAdmin: true }, 0).value).toBe(true);
    expect(evaluate(compiled, 'by', {}, 0).errorCode).toBe('TARGETING_KEY_MISSING');
    expect(evaluate(compiled, 'by', { id: 1 }, 0).value).toBe(true);
    expect(evaluate(compiled, 'by', null as never, 0).errorCode).toBe('INVALID_CONTEXT');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'isAdmin');
  }
});

test('a context that throws is INVALID_CONTEXT', () => {
  const context = Object.defineProperty({}, 'country', { get: throwing });
  expect(evaluate(nosy, 'nosy-0', context, 0)).toMatchObject({ reason: 'ERROR', errorCode: 'INVALID_CONTEXT' });
});

test('compiles any JSON that calls itself a ruleset', () => {
  const part = fc.jsonValue({ depthSize: 'medium' });
  const parts = fc.dictionary(fc.string(), part);
  fc.assert(
    fc.property(parts, parts, (flags, segments) => {
      const wire = { format: 1, environment: 'e', version: 'v', flags, segments };
      const parsed = parseRuleset(wire);
      for (const ruleset of [parsed.ok ? parsed.ruleset : undefined, wire as unknown as Ruleset]) {
        if (ruleset === undefined) continue;
        const compiled = compile(ruleset);
        expect(evaluateAll(compiled, {}, 0)).toHaveLength(Object.keys(flags).length);
        nextChangeAt(compiled, 0);
      }
    }),
  );
});

test('one poison flag harms no other', () => {
  const poison = [
    { variants: {}, default: { split: new Array(300_000).fill(1) } },
    7,
    null,
    [],
    'x',
    { rules: 7 },
    { enabled: true, variants: null },
    { requires: [{ flag: 'fine', variants: 7 }] },
  ];
  const flags = Object.fromEntries(poison.map((flag, i) => [`poison-${i}`, flag]));
  const fine = booleanFlag({ key: 'fine', default: 'on' });
  const parsed = parseRuleset({ format: 1, environment: 'e', version: 'v', flags: { ...flags, fine }, segments: {} });
  const compiled = compile((parsed as { ruleset: Ruleset }).ruleset);
  expect(evaluate(compiled, 'fine', {}, 0).value).toBe(true);
  expect([...compiled.problems.keys()]).toEqual(Object.keys(flags));
  for (const key of Object.keys(flags)) expect(evaluate(compiled, key, {}, 0).errorCode).toBe('PARSE_ERROR');
});

test('shares one frozen evaluation among equal answers', () => {
  const value = { steps: ['a', { b: 1 }] };
  const flag = booleanFlag({
    type: 'object',
    variants: { on: value, off: {} },
    rules: [{ id: 'r', if: [], serve: 'on' }],
  });
  const compiled = compiledOf([flag]);
  const first = evaluate(compiled, 'flag', { targetingKey: 'a' }, 0);
  expect(evaluate(compiled, 'flag', { targetingKey: 'b' }, 1)).toBe(first);
  expect(Object.isFrozen(first)).toBe(true);
  expect(() => Object.assign((first.value as typeof value).steps[1] as object, { b: 2 })).toThrow(TypeError);
  expect(Object.isFrozen(flag.variants.on)).toBe(false);
});

test('tells browsers their flags only', () => {
  const compiled = compiledOf([booleanFlag({ key: 'a', clientVisible: true }), booleanFlag({ key: 'b' })]);
  const keys = (only?: 'clientVisible') => evaluateAll(compiled, {}, 0, only).map(({ flagKey }) => flagKey);
  expect(keys()).toEqual(['a', 'b']);
  expect(keys('clientVisible')).toEqual(['a']);
});

test('names the attributes that decisions depend on', () => {
  const rules = [
    { id: 'r', if: [{ segment: 's' }, { attr: 'now', op: 'date_after', values: ['2026-12-01T06:00:00Z'] }] },
  ];
  const silent = booleanFlag({
    key: 'silent',
    enabled: false,
    rules: [{ id: 'r', if: [{ attr: 'hidden', op: 'exists' }] }],
  });
  const segment = { key: 's', include: ['ada'], if: [{ attr: 'plan', op: 'exists' }] };
  expect(compiledOf([booleanFlag({ rules }), silent], [segment]).attributes).toEqual(['plan', 'targetingKey']);
});

test('an error names attribute, operator and type, and not the value', () => {
  const flag = booleanFlag({ rules: [{ id: 'r', if: [{ attr: 'appVersion', op: 'semver_gte', values: ['4.2.0'] }] }] });
  const { errorMessage } = evaluate(compiledOf([flag]), 'flag', { appVersion: 'secret' }, 0);
  expect(errorMessage).toBe('attribute appVersion does not fit operator semver_gte: got string');
});

test('a flag and a segment with a getter that throws are errors, and harm no other', () => {
  const bad = Object.defineProperty({ key: 'bad' }, 'enabled', { enumerable: true, get: throwing });
  const lost = Object.defineProperty({ key: 'lost' }, 'if', { enumerable: true, get: throwing });
  const fine = booleanFlag({ key: 'fine', default: 'on' });
  const uses = booleanFlag({ key: 'uses', rules: [{ id: 'r', if: [{ segment: 'lost' }] }] });
  const wire = { format: 1, environment: 'e', version: 'v', flags: { bad, fine, uses }, segments: { lost } };
  const parsed = parseRuleset(wire);
  const compiled = compile((parsed as { ruleset: Ruleset }).ruleset);
  const codes = evaluateAll(compiled, {}, 0).map(({ errorCode }) => errorCode);
  expect(codes).toEqual(['PARSE_ERROR', undefined, 'PARSE_ERROR']);
  expect(parseRuleset(Object.defineProperty({}, 'format', { get: throwing })).ok).toBe(false);
});

test('the parser says what is wrong in form, and compiling what is wrong between parts', () => {
  const flags = {
    flag: { ...booleanFlag(), default: { split: [['on', 1]] } },
    lost: booleanFlag({ key: 'lost', rules: [{ id: 'r', if: [{ segment: 'gone' }] }] }),
  };
  const parsed = parseRuleset({ format: 1, environment: 'e', version: 'v', flags, segments: {} });
  const { problems } = compile((parsed as { ruleset: Ruleset }).ruleset);
  expect(Object.fromEntries(problems)).toEqual({
    flag: [{ path: 'default.split', message: 'weights are in 1/1000 % and sum to 100,000' }],
    lost: [{ path: 'rules[0].if[0].segment', message: 'unknown segment gone' }],
  });
});

test('unknown fields beside a list of conditions change nothing, in flags and in segments', () => {
  const inA = { note: 'x', any: [{ segment: 'a' }] };
  const wire = {
    ...{ format: 1, environment: 'e', version: 'v' },
    flags: { flag: { ...booleanFlag(), rules: [{ id: 'r', if: [{ note: [], any: [{ attr: 'x', op: 'exists' }] }] }] } },
    segments: { a: { key: 'a', if: [inA] } },
  };
  const parsed = parseRuleset({
    ...wire,
    flags: { ...wire.flags, cyclic: { ...booleanFlag({ key: 'cyclic' }), rules: [{ id: 'r', if: [inA] }] } },
  });
  const compiled = compile((parsed as { ruleset: Ruleset }).ruleset);
  expect(evaluate(compiled, 'flag', { x: 1 }, 0).value).toBe(true);
  expect(evaluate(compiled, 'cyclic', {}, 0).errorMessage).toContain('in a cycle through a');
});
