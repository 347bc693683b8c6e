import type { EvaluationContext, Flag, Json, Segment } from '@burgee/evaluator';
import { type Named, namedIn } from './named.ts';

/** Somebody who might ask, and when. */
export interface Sample {
  readonly context: EvaluationContext;
  readonly now: number;
}

export interface Sampling {
  readonly flag: Flag;
  readonly segments: readonly Segment[];
  readonly count: number;
  readonly seed: number;
  /** Most samples are of this instant, the others of days around the dates that the flag names. */
  readonly now: number;
}

/** Contexts made of the attributes and values that a flag names, of their neighbours, and of values it does not know; the same for the same seed. */
export function sampleContexts({ flag, segments, count, seed, now }: Sampling): Sample[] {
  const random = generator(seed);
  const named = namedIn(flag, segments);
  const instants = instantsIn([flag as unknown as Json, segments as unknown as Json]);
  const pools = named.map((one) => ({ ...one, values: [...new Set(one.values.flatMap(neighbours))] }));
  return Array.from({ length: count }, (_none, index) => ({
    context: contextOf(pools, index, random),
    now:
      random() < 0.7 || instants.length === 0 ? now : pick(instants, random) + Math.round((random() - 0.5) * 2 * dayMs),
  }));
}

const dayMs = 86_400_000;
type Random = () => number;

function contextOf(pools: readonly Named[], index: number, random: Random): EvaluationContext {
  const context: Record<string, Json> = {};
  for (const pool of pools) {
    const value = drawn(pool, index, random);
    if (value !== undefined) put(context, pool.attribute, value);
  }
  return context;
}

function drawn({ attribute, values, hashed }: Named, index: number, random: Random): Json | undefined {
  const chance = random();
  if (chance < 0.1) return undefined;
  if (hashed && (values.length === 0 || chance < 0.7))
    return `${attribute === 'targetingKey' ? 'user' : attribute}-${index}-${Math.floor(random() * 1e6)}`;
  if (values.length === 0) return pick(strangers, random);
  return chance < 0.85 ? pick(values, random) : like(pick(values, random), random);
}

/** A dotted name is a path for GrowthBook and flagd. */
function put(context: Record<string, Json>, attribute: string, value: Json): void {
  const [first = '', ...rest] = attribute.split('.');
  if (rest.length === 0) {
    context[first] = value;
    return;
  }
  const inside = context[first];
  const holder = inside !== null && typeof inside === 'object' && !Array.isArray(inside) ? inside : {};
  context[first] = holder as Json;
  put(holder as Record<string, Json>, rest.join('.'), value);
}

const strangers: readonly Json[] = ['something', 'Else 1', '17', 'true'];

/** A value of the same type that the flag does not name. */
function like(value: Json, random: Random): Json {
  if (typeof value === 'number') return Math.floor(random() * 1000) / 4;
  return typeof value === 'boolean' ? random() < 0.5 : `other-${Math.floor(random() * 100)}`;
}

/** A value and what lies just beside it, where a comparison may turn. */
function neighbours(value: Json): Json[] {
  if (typeof value === 'number') return [value, value - 1, value + 1, value + 0.5];
  if (typeof value === 'boolean') return [true, false];
  if (typeof value !== 'string') return [];
  if (/^\d+\.\d+\.\d+$/.test(value)) return [value, stepped(value, 1), stepped(value, -1), `${value}-beta`];
  return [value, value, `${value}x`, `x${value}`, value.toUpperCase()];
}

function stepped(version: string, by: number): string {
  const parts = version.split('.').map(Number);
  return parts.map((part, index) => (index === parts.length - 1 ? Math.max(0, part + by) : part)).join('.');
}

function instantsIn(value: Json): number[] {
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\dT/.test(value) ? [Date.parse(value)].filter(Number.isFinite) : [];
  return value !== null && typeof value === 'object' ? Object.values(value as object).flatMap(instantsIn) : [];
}

const pick = <Item>(list: readonly Item[], random: Random): Item => list[Math.floor(random() * list.length)] as Item;

/** mulberry32: enough to spread samples, and the same everywhere. */
export function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
