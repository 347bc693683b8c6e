import type { Serve } from '@burgee/evaluator';
import { attributeOf, type Source, shown } from './convert-source.ts';
import { isFields, own } from './document.ts';

const WHOLE = 100_000;

/** A `fractional` as a split; the same people get the same variants only where the hashed text and the weights agree. */
export function readSplit(args: unknown, source: Source): Serve {
  const { reasons, notes } = source.conversion;
  const items: readonly unknown[] = Array.isArray(args) ? args : [];
  const [first] = items;
  const hashed = Array.isArray(first) ? undefined : readHashed(first, source);
  const arms = readArms(Array.isArray(first) ? items : items.slice(1), source);
  if (reasons.size > 0) return null;
  const total = arms.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return source.defaultVariant;
  const weights = scale(
    arms.map(({ weight }) => weight),
    total,
  );
  const split = arms.map(({ variant }, i) => [variant, weights[i] ?? 0] as const);
  const isExact = total === WHOLE && source.semantics === 'flagd-2';
  if (hashed === undefined || hashed.seed === undefined || !isExact) notes.add(MOVES);
  if (hashed === undefined) notes.add('who has no targetingKey gets an error and not the default variant');
  else notes.add(`who has no ${hashed.by} gets an error`);
  return {
    split,
    ...(hashed !== undefined && hashed.by !== 'targetingKey' && { by: [hashed.by] }),
    ...(hashed?.seed !== undefined && { seed: hashed.seed }),
  };
}

const MOVES = 'the shares stay and the people move: Burgee hashes another text, so everyone is put into a variant anew';

interface Hashed {
  readonly by: string;
  readonly seed?: string;
}

/** `var`, or a `cat` that ends in one; a fixed text that ends in a colon before it is Burgee's own seed. */
function readHashed(first: unknown, { conversion, flag }: Source): Hashed | undefined {
  const by = attributeOf(first);
  if (by !== undefined) return { by };
  const parts = isFields(first) && Object.keys(first).length === 1 ? own(first, 'cat') : undefined;
  if (!Array.isArray(parts)) {
    conversion.reasons.add(`the bucketing value is neither an attribute nor a text before one: ${shown(first)}`);
    return undefined;
  }
  const last = attributeOf(parts.at(-1));
  const before = parts.slice(0, -1).map((part) => (attributeOf(part) === '$flagd.flagKey' ? flag.key : part));
  if (last === undefined || last.startsWith('$flagd') || !before.every((part) => typeof part === 'string')) {
    conversion.reasons.add(`the bucketing value is neither an attribute nor a text before one: ${shown(first)}`);
    return undefined;
  }
  const text = before.join('');
  // flagd trims the text as a whole; at its end only the key itself can have white space.
  return text.endsWith(':') && text.length > 1 && text === text.trimStart()
    ? { by: last, seed: text.slice(0, -1) }
    : { by: last };
}

interface ReadArm {
  readonly variant: string;
  readonly weight: number;
}

/** Arms of the same variant must be one, for Burgee names each once. */
function readArms(items: readonly unknown[], { conversion, flag }: Source): ReadArm[] {
  const { reasons } = conversion;
  const arms: ReadArm[] = [];
  for (const item of items) {
    const [variant, weight = 1] = Array.isArray(item) ? (item as unknown[]) : [];
    const name = typeof variant === 'boolean' ? String(variant) : variant;
    if (typeof name !== 'string' || !Object.hasOwn(flag.variants, name))
      reasons.add(`an arm serves no fixed variant: ${shown(item)}`);
    else if (typeof weight !== 'number' || !Number.isInteger(weight))
      reasons.add(`a weight is computed or no whole number: ${shown(weight)}`);
    else if (arms.some((arm) => arm.variant === name)) reasons.add(`the split has ${name} twice`);
    else arms.push({ variant: name, weight: Math.max(weight, 0) });
  }
  return arms;
}

/** Weights that sum to 100 000, each next to its share; what is left over goes to the largest remainders. */
function scale(weights: readonly number[], total: number): number[] {
  const exact = weights.map((weight) => (weight * WHOLE) / total);
  const scaled = exact.map(Math.floor);
  const order = exact
    .map((share, i) => ({ i, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  const missing = WHOLE - scaled.reduce((sum, weight) => sum + weight, 0);
  for (const { i } of order.slice(0, missing)) scaled[i] = (scaled[i] ?? 0) + 1;
  return scaled;
}
