import type { Flag, Json, Rule, Ruleset, SemanticsName, Serve, Split } from '@burgee/evaluator';
import { CanNotHold } from './exported.ts';
import { everyOf, type Logic, logicOfAll, someOf, variable } from './flagd-condition.ts';

export interface Target {
  readonly ruleset: Ruleset;
  readonly reference: SemanticsName;
  warn(path: string, message: string): void;
}

type Definition = { readonly [name: string]: Json };

/** A flag of Burgee's own semantics as flagd has it; throws `CanNotHold`. */
export function definitionOf(flag: Flag, target: Target): Definition {
  const { variants, semantics = 'burgee-1', enabled, off, metadata, requires = [] } = flag;
  if (semantics !== 'burgee-1') throw new CanNotHold('semantics', `flagd does not decide as ${semantics} does`);
  const base = { state: 'ENABLED', variants, ...(metadata && { metadata }) };
  if (!enabled && off !== null) {
    target.warn('enabled', `is off, which flagd has no variant for: written as ${off} for everyone, without its rules`);
    return { ...base, defaultVariant: off };
  }
  if (requires.length > 0) throw new CanNotHold('requires', 'flagd has no prerequisites');
  return { ...base, state: enabled ? 'ENABLED' : 'DISABLED', ...targetingOf(flag, target) };
}

/** A rule may serve the code's default only where flagd has no default variant. */
function targetingOf(flag: Flag, target: Target): { defaultVariant?: string; targeting?: Json } {
  const { rules = [], default: otherwise } = flag;
  const asDefault = typeof otherwise === 'string' && !rules.some(({ serve }) => serve === null) ? otherwise : undefined;
  const clauses = rules.flatMap((rule, i) => clausesOf(rule, { flag, target, path: `rules[${i}]` }));
  const last = asDefault === undefined ? served(otherwise, { flag, target, path: 'default' }) : null;
  if (clauses.length === 0 && last === null) return asDefault === undefined ? {} : { defaultVariant: asDefault };
  return {
    ...(asDefault !== undefined && { defaultVariant: asDefault }),
    targeting: clauses.length === 0 ? last : { if: [...clauses, last] },
  };
}

interface Place {
  readonly flag: Flag;
  readonly target: Target;
  readonly path: string;
}

/** Names no variant, so that flagd ends in an error and the code's default, as Burgee does. */
const NO_KEY = 'there is no key to hash';

const WHOLE = 100_000;

/** A rule as conditions and results in turn. */
function clausesOf(rule: Rule, place: Place): Logic[] {
  const { path, flag, target } = place;
  if ((rule.requires ?? []).length > 0) throw new CanNotHold(`${path}.requires`, 'flagd has no prerequisites');
  const conditions = logicOfAll(rule.if ?? [], { segments: target.ruleset.segments, path: `${path}.if`, level: 0 });
  const { rollout = 100, serve = 'on' } = rule;
  if (typeof rollout === 'object' && 'from' in rollout) {
    throw new CanNotHold(`${path}.rollout`, 'a ramp moves by the millisecond, flagd by the second');
  }
  const { percent, by = ['targetingKey'], seed } = typeof rollout === 'number' ? { percent: rollout } : rollout;
  const share = Math.round(percent * 1000);
  if (share === 0) return [];
  const result = served(serve, { ...place, path: `${path}.serve` });
  if (share === WHOLE) return [conditions, result];
  const text = `${seed ?? `${flag.salt ?? flag.key}:rollout`}:`;
  const place2 = { ...place, path: `${path}.rollout` };
  const drawn = fractional(
    [
      ['in', share],
      ['out', WHOLE - share],
    ],
    { by, text },
    place2,
  );
  const isIn = { '==': [drawn, 'in'] };
  return [everyOf([conditions, hasNone(by)]), NO_KEY, everyOf([conditions, isIn]), result];
}

function served(serve: Serve, place: Place): Logic {
  if (serve === null || typeof serve === 'string') return serve;
  if (!('split' in serve)) throw new CanNotHold(place.path, 'flagd serves variants only, no value without a name');
  const { by = ['targetingKey'], seed } = serve;
  const { flag } = place;
  const text = `${seed ?? `${flag.salt ?? flag.key}:split`}:`;
  return { if: [hasNone(by), NO_KEY, fractional(armsOf(serve, place), { by, text }, place)] };
}

function armsOf({ split }: Split, { path }: Place): [string, number][] {
  return split.map(([variant, weight, metadata]) => {
    if (metadata !== undefined) throw new CanNotHold(path, 'flagd has no metadata of an arm');
    return [variant, weight];
  });
}

/** flagd hashes the text itself: with weights that sum to 100 000 its formula is Burgee's. */
function fractional(
  arms: readonly [string, number][],
  { by, text }: { readonly by: readonly string[]; readonly text: string },
  { target, path }: Place,
): Logic {
  if (target.reference !== 'flagd-2') throw new CanNotHold(path, `${target.reference} hashes in another way`);
  if (text !== text.trimStart()) throw new CanNotHold(path, 'flagd trims a seed that begins with white space');
  return { fractional: [{ cat: [text, firstOf(by)] }, ...arms] };
}

/** The first attribute that the context has. */
function firstOf([name = '', ...others]: readonly string[]): Logic {
  return others.length === 0 ? variable(name) : { if: [isPresent(name), variable(name), firstOf(others)] };
}

function isPresent(name: string): Logic {
  return { and: [{ '!=': [variable(name), null] }, { '!==': [variable(name), ''] }] };
}

function hasNone(by: readonly string[]): Logic {
  return { '!': [someOf(by.map(isPresent))] };
}
