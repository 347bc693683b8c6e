import type { EvaluationContext, Flag, Rule } from '@burgee/evaluator';
import type { Imported } from '../imported.ts';
import { RANDOM } from './plan.ts';

type Condition = NonNullable<Rule['if']>[number];

/** Contexts from the attributes and values that flags and segments name, and from what lies beside them. */
export function contextsFor({ flags, segments }: Imported, count: number, seed: number): EvaluationContext[] {
  const values = new Map<string, Set<string>>();
  const add = (attr: string, more: readonly string[]) => {
    const known = values.get(attr) ?? new Set();
    for (const one of more) known.add(one);
    values.set(attr, known);
  };
  for (const attr of ['userId', 'sessionId', 'remoteAddress']) add(attr, []);
  for (const { flag } of flags) for (const attr of stickyBy(flag)) if (attr !== RANDOM) add(attr, []);
  const conditions = [
    ...flags.flatMap(({ flag }) => (flag.rules ?? []).flatMap((rule) => rule.if ?? [])),
    ...segments.flatMap(({ segment }) => segment.if ?? []),
  ];
  for (const condition of conditions) gather(condition, add);
  const pools = [...values].map(([attr, named]): Pool => {
    const near = [...named].flatMap(beside);
    // each SDK reads what is no instant in a way of its own, and an application sends none
    return attr === CLOCK ? [attr, near.filter(isInstant), instantFrom] : [attr, near, numberFrom];
  });
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => contextOf(pools, random));
}

function stickyBy({ rules = [], default: otherwise }: Flag): string[] {
  const serves = [...rules.map(({ serve }) => serve), otherwise];
  const rollouts = rules.map(({ rollout }) => rollout);
  return [...serves, ...rollouts].flatMap((one) =>
    typeof one === 'object' && one !== null && 'by' in one ? (one.by ?? []) : [],
  );
}

function gather(condition: Condition, add: (attr: string, values: readonly string[]) => void): void {
  if ('attr' in condition) add(condition.attr, (condition.values ?? []).slice(0, 100).map(String));
  else if (!('segment' in condition)) {
    for (const part of Object.values(condition).flat() as Condition[]) gather(part, add);
  }
}

/** A value and its edges: beside a number, an instant, a version, an end of a text, a network. */
function beside(value: string): string[] {
  const near = [value, value.toUpperCase(), `${value}x`, `x${value}`, value.slice(0, -1), ` ${value}`];
  const number = Number(value);
  if (value !== '' && Number.isFinite(number)) near.push(String(number + 1), String(number - 1), String(number + 0.5));
  const instant = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Math.abs(instant) < 8e15) {
    for (const step of [0, 1000, -1000]) near.push(new Date(instant + step).toISOString());
  }
  if (/^\d+\.\d+\.\d+/.test(value))
    near.push(
      `${value}-beta`,
      value.replace(/\d+/, (major) => String(Number(major) + 1)),
    );
  if (value.includes('/')) near.push(value.slice(0, value.indexOf('/')));
  return near;
}

/** An attribute, values for it, and what makes another one of a number in [0, 1). */
type Pool = readonly [attr: string, values: readonly string[], fresh: (drawn: number) => string];

/** The time that an application pretends it is. */
const CLOCK = 'currentTime';

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
}

function instantFrom(drawn: number): string {
  return new Date(Math.floor(drawn * 4e12)).toISOString();
}

function numberFrom(drawn: number): string {
  return `${Math.floor(drawn * 100_000)}`;
}

function contextOf(pools: readonly Pool[], random: () => number): EvaluationContext {
  const entries = pools.flatMap(([attr, values, freshFrom]) => {
    if (random() < 0.2) return [];
    const fresh = freshFrom(random());
    const value = values.length > 0 && random() < 0.7 ? values[Math.floor(random() * values.length)] : fresh;
    return [[attr, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The same numbers in [0, 1) for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
