import fc from 'fast-check';
import { conditionOn, dates } from './conditions.arbitrary.ts';
import type {
  Hashed,
  Json,
  Metadata,
  NaiveFlag,
  NaiveRule,
  NaiveRuleset,
  NaiveSegment,
  Requirement,
  Serve,
} from './document.ts';

const flagKeys = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'];
const segmentKeys = ['s0', 's1', 's2', 's3'];
const names = ['on', 'off', 'third'];
const text = fc.constantFrom('x', 'Zoë', 'x', 'a:b', '日本');

const valuesOf: Readonly<Record<string, readonly Json[]>> = {
  boolean: [true, false],
  string: ['', 'R', 'Ğ', '\ud800'],
  integer: [0, -3, 2 ** 53 - 1],
  float: [0.5, -1e-300, 2],
  object: [{}, { a: [1, { b: null }] }, { steps: ['x'], deep: { er: true } }],
};

/** Now and then; absent otherwise. */
function rarely<Value>(value: fc.Arbitrary<Value>, weight = 1): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: value, weight });
}

const metadata: fc.Arbitrary<Metadata> = fc.dictionary(
  fc.constantFrom('owner', 'payload', 'prerequisite'),
  fc.oneof(text, fc.boolean(), fc.constantFrom(0, 1.5)),
  { maxKeys: 2 },
);

const hashed = fc.record({
  by: rarely(
    fc.array(fc.constantFrom('targetingKey', 'age', 'country', 'missing', 'beta'), { minLength: 1, maxLength: 3 }),
  ),
  seed: rarely(text),
}) as fc.Arbitrary<Hashed>;

export const percent = fc.oneof(
  fc.constantFrom(0, 100, 50, 0.001, 99.999, 33.333),
  fc.integer({ min: 0, max: 100_000 }).map((share) => share / 1000),
);

export const ramp = fc
  .record({
    a: percent,
    b: percent,
    at: fc.constantFrom(...dates.slice(0, 6)),
    ms: fc.constantFrom(1, 10, 1e7, 3e9),
    hashed,
  })
  .map(({ a, b, at, ms, hashed: how }) => {
    const start = Date.parse(at) - Math.floor(ms / 2);
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    return { from, to, start: new Date(start).toISOString(), end: new Date(start + ms).toISOString(), ...how };
  });

const rollout = fc.oneof(
  percent,
  fc.record({ percent, hashed }).map(({ percent: share, hashed: how }) => ({ percent: share, ...how })),
  ramp,
);

/** Arms in any order, some with nobody in them. */
const split: fc.Arbitrary<Serve> = fc
  .record({
    order: fc.shuffledSubarray(names, { minLength: 1 }),
    cuts: fc.tuple(percent, percent),
    arm: rarely(metadata),
    hashed,
  })
  .map(({ order, cuts, arm, hashed: how }) => {
    const ends = [...cuts.map((cut) => Math.round(cut * 1000)).sort((a, b) => a - b)]
      .slice(3 - order.length)
      .concat(100_000);
    const arms = order.map((name, i) => [
      name,
      (ends[i] as number) - (ends[i - 1] ?? 0),
      ...(arm && i < 2 ? [arm] : []),
    ]);
    return { split: arms, ...how } as unknown as Serve;
  });

function serveOf(type: string): fc.Arbitrary<Serve> {
  const values = valuesOf[type] as readonly Json[];
  return fc.oneof(
    fc.constantFrom(...names),
    fc.constant(null),
    fc.constantFrom(...values).map((value) => ({ value })),
    split,
  );
}

/** Mostly of flags further on, so that few are in cycles. */
function requirements(at: number, ofFlag: boolean): fc.Arbitrary<Requirement[]> {
  const further = [...flagKeys.slice(at + 1), ...flagKeys.slice(at + 1)];
  const requirement = fc.record({
    flag: fc.oneof(
      { arbitrary: fc.constantFrom(...further, 'nobody', 'Wide Flag'), weight: 20 },
      fc.constantFrom(...flagKeys),
    ),
    variants: fc.array(fc.constantFrom(...names, ...names, 'v 1'), { minLength: 1, maxLength: 3 }),
    else: ofFlag ? rarely(fc.constantFrom(...names, null), 3) : fc.constant(undefined),
  });
  return fc.array(requirement as fc.Arbitrary<Requirement>, { maxLength: 2 });
}

function rule(type: string, at: number, id: string): fc.Arbitrary<NaiveRule> {
  return fc.record({
    id: fc.constant(id),
    if: rarely(fc.array(conditionOn(segmentKeys), { minLength: 1, maxLength: 3 }), 9),
    requires: rarely(requirements(at, false)),
    rollout: rarely(rollout, 4),
    serve: type === 'boolean' ? rarely(serveOf(type), 3) : serveOf(type),
  }) as fc.Arbitrary<NaiveRule>;
}

function flag(at: number): fc.Arbitrary<NaiveFlag> {
  return fc.constantFrom(...Object.keys(valuesOf)).chain((type) => {
    const value = fc.constantFrom(...(valuesOf[type] as readonly Json[]));
    return fc.record({
      key: fc.constant(flagKeys[at] as string),
      enabled: fc.constantFrom(true, true, true, true, true, true, false),
      type: fc.constant(type),
      variants: fc.record({ on: value, off: value, third: value }),
      off: fc.constantFrom(...names, null),
      requires: rarely(requirements(at, true), 2),
      rules: rarely(
        fc
          .integer({ min: 0, max: 4 })
          .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => rule(type, at, `r${i}`)))),
        20,
      ),
      default: serveOf(type),
      salt: rarely(text),
      clientVisible: rarely(fc.boolean()),
      metadata: rarely(metadata),
    }) as fc.Arbitrary<NaiveFlag>;
  });
}

function segment(at: number): fc.Arbitrary<NaiveSegment> {
  const further = segmentKeys.slice(at + 1);
  const named = fc
    .integer({ min: 0, max: 30 })
    .map((dice) => (dice === 0 ? ['s0', 'nobody'] : further.length > 0 ? further : ['s3']));
  const condition = at < segmentKeys.length - 1 ? named.chain(conditionOn) : conditionOn(['s3']).filter(namesNone);
  const keys = fc.array(fc.constantFrom('user-1', 'user-2', 'ada'), { maxLength: 2 });
  return fc.record({
    key: fc.constant(segmentKeys[at] as string),
    if: rarely(fc.array(condition, { maxLength: 2 }), 9),
    include: rarely(keys),
    exclude: rarely(keys),
  }) as fc.Arbitrary<NaiveSegment>;
}

function namesNone(condition: unknown): boolean {
  return !JSON.stringify(condition).includes('"segment"');
}

/** One flag of all that the model has. */
export const anyFlag: fc.Arbitrary<Json> = fc
  .constantFrom(0, 3)
  .chain(flag)
  .map((one) => JSON.parse(JSON.stringify(one)));

/** Rulesets of all that the model has; some flags do not compile. */
export const ruleset: fc.Arbitrary<NaiveRuleset> = fc
  .record({
    flags: fc.tuple(...flagKeys.map((_, at) => flag(at))),
    segments: fc.tuple(...segmentKeys.map((_, at) => segment(at))),
  })
  .map(({ flags, segments }) => wire(flags, segments));

/** As it comes over the wire: what is undefined is not there. */
export function wire(flags: readonly { key: string }[], segments: readonly { key: string }[] = []): NaiveRuleset {
  const byKey = (parts: readonly { key: string }[]) => Object.fromEntries(parts.map((part) => [part.key, part]));
  const whole = { format: 1, environment: 'test', version: '1.a', flags: byKey(flags), segments: byKey(segments) };
  return JSON.parse(JSON.stringify(whole));
}
