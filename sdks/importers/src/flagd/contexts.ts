import type { EvaluationContext } from '@burgee/evaluator';
import { type Fields, isFields } from './document.ts';

/** Contexts that come near every edge that the file itself names; the same for the same seed. */
export function contextsOf(content: Fields, count: number, seed: number): EvaluationContext[] {
  const random = generator(seed);
  const attributes = [...attributesOf(content)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Array.from({ length: count }, () => {
    const context: Record<string, unknown> = {};
    if (random() < 0.95) context.targetingKey = targetingKey(random);
    for (const [path, values] of attributes) {
      const fate = random();
      if (fate < 0.12) continue;
      const value = fate < 0.2 ? pick(STRANGE, random) : pick(values, random);
      put(context, path.split('.'), value);
    }
    return context as EvaluationContext;
  });
}

const STRANGE = [null, '', 0, -1, true, false, 'Zoë', '日本', [], {}, 1e21, ' '];
const PREFIXES = ['user-', 'Zoë ', '日本', '😀', '', 'ada@', '00000000-'];

function targetingKey(random: () => number): string {
  return `${pick(PREFIXES, random)}${Math.floor(random() * 1e6)}`;
}

/** Every attribute that a `var` names, with values at and beside the edges it is compared with. */
function attributesOf(content: Fields): Map<string, unknown[]> {
  const found = new Map<string, Set<unknown>>();
  const rest: { readonly logic: unknown; readonly beside: readonly unknown[] }[] = [{ logic: content, beside: [] }];
  while (rest.length > 0) {
    const { logic, beside } = rest.pop() as (typeof rest)[number];
    if (Array.isArray(logic)) {
      const literals = logic.flat().filter((one) => typeof one === 'string' || typeof one === 'number');
      for (const item of logic) rest.push({ logic: item, beside: literals });
    } else if (isFields(logic)) {
      const name = nameOf(logic);
      if (name === undefined) for (const one of Object.values(logic)) rest.push({ logic: one, beside: [] });
      else {
        const values = found.get(name) ?? new Set(COMMON);
        for (const literal of beside.slice(0, MOST)) for (const edge of edgesOf(literal)) values.add(edge);
        found.set(name, values);
      }
    }
  }
  return new Map([...found].map(([name, values]) => [name, [...values]]));
}

/** Of the literals beside a variable. */
const MOST = 50;
const COMMON = ['a', 1];

function nameOf(logic: Fields): string | undefined {
  const [key, second] = Object.keys(logic);
  if (key !== 'var' || second !== undefined) return undefined;
  const name = Array.isArray(logic.var) ? logic.var[0] : logic.var;
  if (typeof name !== 'string' || name === '' || name.startsWith('$flagd') || name === 'targetingKey') return undefined;
  return name;
}

function edgesOf(literal: string | number | unknown): unknown[] {
  if (typeof literal === 'number') return [literal, literal - 1, literal + 1, literal + 0.5, String(literal)];
  const text = String(literal);
  const version = /^(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (version === null) return [text, `${text}x`, `x${text}`, text.toUpperCase(), text.slice(1)];
  const [, major, minor, patch] = version.map(Number) as [number, number, number, number];
  return [
    text,
    `${major}.${minor}.${patch + 1}`,
    `${major}.${minor + 1}.0`,
    `${major + 1}.0.0`,
    `${text}-rc.1`,
    `v${text}`,
  ];
}

/** A dotted name stands inside an object. */
function put(context: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...inside] = path;
  if (name === undefined || name === '__proto__') return;
  if (inside.length === 0) {
    if (!isFields(context[name])) context[name] = value;
    return;
  }
  const held = context[name];
  const part: Record<string, unknown> = isFields(held) ? { ...held } : {};
  put(part, inside, value);
  context[name] = part;
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** In [0, 1); small, and good enough to sample with. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
