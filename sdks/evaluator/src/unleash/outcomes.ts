import type { OutcomeSet } from '../outcomes.ts';
import { EVERYONE, shareAt, shareOf } from '../rollout.ts';
import type { Flag, Json, Rule, Serve } from '../ruleset.ts';
import { RANDOM } from './sticky.ts';

/** All that an enabled flag can serve: its rules in order up to the first that counts for everyone, else the default. */
export function outcomesOf(flag: Flag, now: number): OutcomeSet {
  const values = new Map<string, { readonly value?: Json }>();
  for (const serve of servesOf(flag, now)) {
    for (const outcome of valuesOf(serve, flag)) values.set(JSON.stringify(outcome), outcome);
  }
  return { unknown: false, outcomes: [...values.values()] };
}

function servesOf(flag: Flag, now: number): Serve[] {
  if (!flag.enabled) return [flag.off];
  const serves: Serve[] = (flag.requires ?? []).map(({ else: otherwise = flag.off }) => otherwise);
  for (const rule of flag.rules ?? []) {
    const share = shareAt(shareOf(rule.rollout), now);
    if (share === 0) continue;
    serves.push(rule.serve === undefined ? 'on' : rule.serve);
    if (share === EVERYONE && isForAll(rule)) return serves;
  }
  return [...serves, flag.default];
}

/** A rollout by one attribute leaves out whoever has none, even at 100 %. */
function isForAll({ if: conditions = [], requires = [], rollout }: Rule): boolean {
  const by = typeof rollout === 'object' ? rollout.by : undefined;
  return conditions.length + requires.length === 0 && (by === undefined || by.includes(RANDOM));
}

function valuesOf(serve: Serve, { variants, type }: Flag): { readonly value?: Json }[] {
  const named = (name: string) => (Object.hasOwn(variants, name) ? [{ value: variants[name] as Json }] : []);
  if (serve === null) return [{}];
  if (typeof serve === 'string') return named(serve);
  if ('value' in serve) return [{ value: serve.value }];
  const arms = serve.split.filter(([, weight]) => weight > 0);
  if (arms.length > 0) return arms.flatMap(([variant]) => named(variant));
  return type === 'boolean' && Object.hasOwn(variants, 'on') ? named('on') : [{}];
}
