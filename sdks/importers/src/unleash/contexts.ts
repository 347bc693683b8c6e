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
  const pools = [...values].map(([attr, named]) => [attr, [...named].flatMap(beside)] as const);
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

function contextOf(
  pools: readonly (readonly [attr: string, values: readonly string[]])[],
  random: () => number,
): EvaluationContext {
  const entries = pools.flatMap(([attr, values]) => {
    if (random() < 0.2) return [];
    const fresh = `${Math.floor(random() * 100_000)}`;
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
