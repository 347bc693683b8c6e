import type { EvaluationContext } from '@burgee/evaluator';
import type { ImportInput } from '../imported.ts';
import { isObject, type Payload, readDocument, rulesOf, walk } from './document.ts';

/** Contexts of what the file's conditions ask for, on both sides of each edge; ids in several scripts. */
export function growthbookContexts({ text }: ImportInput, count: number, seed: number): EvaluationContext[] {
  const values = valuesByPath(readDocument(text));
  const random = generator(seed);
  return Array.from({ length: count }, (_, i) => makeContext(values, random, i));
}

/** Attributes by their path with dots, each with the values that it is compared to. */
type Values = ReadonlyMap<string, readonly unknown[]>;

function valuesByPath(payload: Payload): Values {
  const values = new Map<string, unknown[]>([['id', []]]);
  const add = (path: unknown, ...found: unknown[]) => {
    if (typeof path === 'string' && path !== '') values.set(path, [...(values.get(path) ?? []), ...found]);
  };
  const { features, experiment, savedGroups, contextualBandits } = payload;
  const rules = [...Object.values(features).flatMap(rulesOf), ...(experiment === undefined ? [] : [experiment])];
  for (const rule of rules) {
    add(rule.hashAttribute);
    add(rule.fallbackAttribute);
    for (const filter of Array.isArray(rule.filters) ? rule.filters : []) if (isObject(filter)) add(filter.attribute);
    readCondition(rule.condition, savedGroups, add);
  }
  for (const group of Object.values(savedGroups)) {
    if (!isObject(group)) continue;
    if (Array.isArray(group.values)) add(group.attributeKey, ...group.values.slice(0, 20));
    readCondition(group.condition, savedGroups, add);
  }
  walk(contextualBandits, (part, field) => {
    if (field === 'condition') readCondition(part, savedGroups, add);
  });
  return values;
}

type Add = (path: unknown, ...values: unknown[]) => void;

function readCondition(condition: unknown, groups: Payload['savedGroups'], add: Add): void {
  if (!isObject(condition)) return;
  for (const [field, expected] of Object.entries(condition)) {
    if (!field.startsWith('$')) add(field, ...operandsIn(expected, groups));
    else for (const part of Array.isArray(expected) ? expected : [expected]) readCondition(part, groups, add);
  }
}

/** The values that an attribute is compared to; of an operator its operands, of a group its list. */
function operandsIn(expected: unknown, groups: Payload['savedGroups']): unknown[] {
  if (!isObject(expected)) return Array.isArray(expected) ? [expected, ...expected] : [expected];
  return Object.entries(expected).flatMap(([operator, operand]) => {
    const group = /^\$(in|notIn)Group$/.test(operator) && typeof operand === 'string' ? groups[operand] : undefined;
    const list = isObject(group) ? group.values : group;
    if (Array.isArray(list)) return list.slice(0, 20);
    if (operator === '$size' && typeof operand === 'number')
      return [Array.from({ length: Math.min(operand, 20) }, () => 'x')];
    if (operator === '$regex' || operator === '$regexi') return [String(operand).replace(/[\\^$()[\]{}?*+|]/g, '')];
    return operandsIn(operand, groups);
  });
}

function makeContext(values: Values, random: () => number, index: number): EvaluationContext {
  const context: Record<string, unknown> = { id: identifier(random, index) };
  for (const [path, known] of values) {
    const chance = random();
    if (chance < 0.12 && path !== 'id') continue;
    const value = chance < 0.5 && path === 'id' ? context.id : valueFor(known, random, index);
    setAt(context, path.split('.'), value);
  }
  return context;
}

function identifier(random: () => number, index: number): string {
  const prefixes = ['user-', '', 'Zoë ', '日本', '😀', 'Łódź-', 'ada@example.org/'];
  return `${pick(prefixes, random)}${Math.floor(random() * 1e6)}${index}`;
}

function valueFor(known: readonly unknown[], random: () => number, index: number): unknown {
  if (known.length === 0 || random() < 0.1)
    return pick([identifier(random, index), Math.floor(random() * 100), '', null, 0, true], random);
  const value = pick(known, random);
  const edges = [value, value, value, ...edgesOf(value)];
  return pick(edges, random);
}

/** A little less, a little more, another case, in a list, as text. */
function edgesOf(value: unknown): unknown[] {
  if (typeof value === 'number') return [value - 1, value + 1, value + 0.5, -value, String(value)];
  if (typeof value === 'string')
    return [value.toUpperCase(), value.toLowerCase(), `${value}x`, value.slice(1), [value], ''];
  if (typeof value === 'boolean') return [!value, null];
  return Array.isArray(value) ? [value.slice(1), [...value, 'x'], value[0] ?? null] : [null, value];
}

function setAt(target: Record<string, unknown>, [name = '', ...others]: readonly string[], value: unknown): void {
  if (name === '__proto__') return;
  if (others.length === 0) target[name] = value;
  else {
    const inner: Record<string, unknown> = isObject(target[name]) ? { ...target[name] } : {};
    target[name] = inner;
    setAt(inner, others, value);
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
