import { type Flag, parseFlag, type Rule, type Serve, type Split } from '@burgee/evaluator';
import type { Converted } from '../imported.ts';
import { convertCondition, type Notes } from './convert-condition.ts';
import { RANDOM } from './plan.ts';

const BUCKETS = 100_000;

/**
 * A flag that follows Unleash, said in Burgee's own terms.
 *
 * Exact where neither a hash nor a conversion of values decides; the notes say what is taken in another way.
 */
export function convertUnleash(flag: Flag): Converted {
  const notes = new Set<string>();
  const reasons = new Set<string>();
  const take: Notes = { note: (text) => notes.add(text), refuse: (reason) => reasons.add(reason) };
  if (flag.semantics !== 'unleash' && flag.semantics !== 'unleash-node')
    take.refuse('the flag does not follow Unleash');
  const { semantics: _, rules = [], ...rest } = flag;
  const converted: Flag = {
    ...rest,
    ...(rules.length > 0 && { rules: rules.map((rule) => convertRule(rule, flag, take)) }),
    default: convertServe(flag.default, 'the default', flag, take),
  };
  const parsed = parseFlag(converted);
  if (!parsed.ok) for (const { path, message } of parsed.problems) take.refuse(`${path}: ${message}`);
  if (reasons.size > 0) return { ok: false, reasons: [...reasons] };
  return { ok: true, flag: converted, notes: [...notes] };
}

function convertRule(rule: Rule, flag: Flag, notes: Notes): Rule {
  const name = `rule ${rule.name ?? rule.id}`;
  const { if: conditions, rollout, serve, ...rest } = rule;
  return {
    ...rest,
    ...(conditions && { if: conditions.map((condition) => convertCondition(condition, notes)) }),
    ...(rollout !== undefined && { rollout: convertRollout(rollout, name, notes) }),
    ...(serve !== undefined && { serve: convertServe(serve, name, flag, notes) }),
  };
}

type Rollout = NonNullable<Rule['rollout']>;

function convertRollout(rollout: Rollout, name: string, notes: Notes): Rollout {
  if (typeof rollout === 'number') return wholePercent(rollout, name, notes);
  const { by, ...rest } = rollout;
  const kept = convertBy(by, `${name}: its rollout`, notes);
  if ('percent' in rest) {
    if (rest.percent >= 100 && by?.includes(RANDOM) === true) return 100;
    if (rest.percent >= 100) notes.note(`${name}: at 100 % nobody is left out any more for want of ${kept.join(', ')}`);
    return { ...rest, percent: wholePercent(rest.percent, name, notes), by: kept };
  }
  notes.note(`${name}: the ramp keeps its pace, but takes in other users first`);
  return { ...rest, by: kept };
}

/** Unleash has a hundred buckets, so a fraction of a percent counts for nothing. */
function wholePercent(percent: number, name: string, { note }: Notes): number {
  if (percent > 0 && percent < 100) note(`${name}: the same share of users, but other users`);
  return Math.min(100, Math.floor(percent));
}

function convertBy(by: readonly string[] = ['userId', 'sessionId', RANDOM], name: string, notes: Notes): string[] {
  const kept = by.filter((one) => one !== RANDOM);
  if (kept.length === 0) {
    notes.refuse(`${name}: chance decides, and Burgee knows none`);
    return [...by];
  }
  if (kept.length < by.length)
    notes.note(`${name}: who has no ${kept.join(', ')} is an error, no longer left to chance`);
  return kept;
}

function convertServe(serve: Serve, name: string, flag: Flag, notes: Notes): Serve {
  if (typeof serve !== 'object' || serve === null || !('split' in serve)) return serve;
  const arms = serve.split.filter(([, weight]) => weight > 0);
  const variants = new Set(arms.map(([variant]) => variant));
  const [only] = variants;
  const isNamed = arms.some(([, , metadata]) => metadata !== undefined);
  if (only === undefined) return flag.type === 'boolean' ? 'on' : null;
  if (variants.size === 1) {
    if (isNamed)
      notes.note(`${name}: which variant it is stands no longer in the metadata; flag ${flag.key}~variant tells`);
    return only;
  }
  notes.note(`${name}: the same weights, but other users`);
  const { seed } = serve;
  const by = convertBy(serve.by, `${name}: its split`, notes);
  return { split: shares(arms), by, ...(seed !== undefined && { seed }) };
}

type Arms = Split['split'];

/** Weights of any sum as parts of 100,000, each variant once; what rounding leaves goes to the last. */
function shares(arms: Arms): Arms {
  const weights = new Map<string, number>();
  for (const [variant, weight] of arms) weights.set(variant, (weights.get(variant) ?? 0) + weight);
  const total = arms.reduce((sum, [, weight]) => sum + weight, 0);
  let end = 0;
  let last = 0;
  return [...weights].map(([variant, weight]) => {
    end += weight;
    const place = Math.round((end / total) * BUCKETS);
    const share = place - last;
    last = place;
    return [variant, share] as const;
  });
}
