import type { Json, Rule, Serve } from '@burgee/evaluator';
import { Unlike } from './convert-condition.ts';
import { type Conversion, variantOf } from './convert-source.ts';
import type { JsonObject } from './document.ts';

const EVERYONE = 100_000;

type Rollout = Extract<Rule['rollout'], { percent: number }>;

/** A share of users by the attribute that GrowthBook hashed; other users than before. */
export function percentOf(share: number, rule: JsonObject, id: string, { note }: Conversion): Rollout {
  const within = Math.min(1, Math.max(0, share));
  const moved = Math.round(2 * within * (1 - within) * 100);
  if (moved > 0) note(`${id}: another hash decides, so about ${moved} % of the users it asks change sides`);
  if (within === 1) note(`${id}: users without ${attributeOf(rule)} are in, too`);
  return { percent: Math.round(within * EVERYONE) / 1000, by: byOf(rule) };
}

/** An experiment as a split of those whom its coverage takes in. */
export function convertSplit(
  rule: JsonObject,
  id: string,
  conversion: Conversion,
): Pick<Rule, 'rollout'> & { serve: Serve } {
  const variations = (Array.isArray(rule.variations) ? rule.variations : []) as Json[];
  const meta = (Array.isArray(rule.meta) ? rule.meta : []) as ({ passthrough?: unknown } | null)[];
  if (variations.length < 2) throw new Unlike(`${id}: an experiment with fewer than two variations`);
  if (meta.some((one) => one?.passthrough)) throw new Unlike(`${id}: a variation that passes through (a holdout)`);
  if (Object.hasOwn(rule, 'status') || Object.hasOwn(rule, 'active'))
    throw new Unlike(`${id}: an experiment with a status`);
  const widths = widthsOf(rule, variations.length);
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= 0) throw new Unlike(`${id}: an experiment for nobody`);
  const shares = new Map<string, number>();
  for (const [i, value] of variations.entries()) {
    const variant = variantOf(value, conversion);
    if (variant === null) throw new Unlike(`${id}: a variation without a value`);
    shares.set(variant, (shares.get(variant) ?? 0) + (widths[i] ?? 0) / total);
  }
  const stay = [...shares.values()].reduce((sum, share) => sum + share * share, 0);
  conversion.note(
    `${id}: another hash splits, so about ${Math.round((1 - stay) * 100)} % of the users get another variant`,
  );
  const split = { split: weights(shares), by: byOf(rule) };
  return total >= 0.999_99 ? { serve: split } : { rollout: percentOf(total, rule, id, conversion), serve: split };
}

/** How wide each variation's range is. */
function widthsOf({ ranges, weights: given, coverage }: JsonObject, count: number): number[] {
  if (Array.isArray(ranges)) return (ranges as [number, number][]).map(([start, end]) => Math.max(0, end - start));
  const list = Array.isArray(given) ? (given as number[]) : [];
  const sum = list.reduce((total, weight) => total + weight, 0);
  const fits = list.length === count && sum >= 0.99 && sum <= 1.01;
  const share = Math.min(1, Math.max(0, typeof coverage === 'number' ? coverage : 1));
  return Array.from({ length: count }, (_, i) => share * (fits ? (list[i] ?? 0) : 1 / count));
}

/** Whole weights that sum to all buckets; what rounding leaves goes to the first. */
function weights(shares: ReadonlyMap<string, number>): [string, number][] {
  const arms = [...shares].map(([variant, share]): [string, number] => [variant, Math.floor(share * EVERYONE)]);
  const rest = EVERYONE - arms.reduce((sum, [, weight]) => sum + weight, 0);
  return arms.map(([variant, weight], i) => [variant, i === 0 ? weight + rest : weight]);
}

function attributeOf({ hashAttribute }: JsonObject): string {
  return typeof hashAttribute === 'string' && hashAttribute !== '' ? hashAttribute : 'id';
}

function byOf(rule: JsonObject): string[] {
  const attribute = attributeOf(rule);
  return attribute === 'id' ? ['id', 'targetingKey'] : [attribute];
}
