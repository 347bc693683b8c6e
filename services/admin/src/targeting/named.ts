import type { Condition, Flag, Json, Segment } from '@burgee/evaluator';
import { isAttribute, isRecord, leaves } from './shape.ts';

/** An attribute that a definition names, and the values it is compared with there. */
export interface Named {
  readonly attribute: string;
  readonly values: readonly Json[];
  /** Hashed somewhere: its values should differ from context to context. */
  readonly hashed: boolean;
}

/** What a flag and its segments name, an attribute once. */
export function namedIn(flag: Flag, segments: readonly Segment[] = []): Named[] {
  const rules = flag.rules ?? [];
  const conditions = [...rules.flatMap((rule) => rule.if ?? []), ...segments.flatMap((segment) => segment.if ?? [])];
  const keys = segments.flatMap(({ include = [], exclude = [] }) => [
    ...include.slice(0, most),
    ...exclude.slice(0, most),
  ]);
  const hashes = [flag.default, ...rules.flatMap(({ rollout, serve }) => [rollout, serve])].flatMap(hashedBy);
  return gather([
    { attribute: 'targetingKey', values: keys, hashed: true },
    ...conditions.flatMap(leaves).flatMap(fromLeaf),
    ...hashes.map((attribute) => ({ attribute, values: [], hashed: true })),
    ...fromForeign(flag.foreign ?? null),
  ]);
}

/** The attributes that a GrowthBook feature or a flagd flag reads, as far as they stand in it by name. */
export function attributesNamed(foreign: Json): string[] {
  return gather(fromForeign(foreign)).map(({ attribute }) => attribute);
}

const most = 20;

function gather(found: readonly Named[]): Named[] {
  const byName = new Map<string, Named>();
  for (const one of found) {
    const known = byName.get(one.attribute);
    const values = [...new Set([...(known?.values ?? []), ...one.values])];
    byName.set(one.attribute, { ...one, values, hashed: one.hashed || known?.hashed === true });
  }
  byName.delete('$random');
  return [...byName.values()];
}

function fromLeaf(condition: Condition): Named[] {
  if (!isAttribute(condition) || condition.attr === 'now') return [];
  return [{ attribute: condition.attr, values: condition.values ?? [], hashed: false }];
}

function hashedBy(part: unknown): readonly string[] {
  return isRecord(part) && Array.isArray(part.by) ? (part.by as readonly string[]) : [];
}

/** Walks the JSON of a foreign flag: Mongo conditions of GrowthBook, JSON Logic of flagd. */
function fromForeign(node: Json, operator = ''): Named[] {
  if (Array.isArray(node)) return fromArguments(node as readonly Json[], operator);
  if (!isRecord(node)) return [];
  return Object.entries(node as Record<string, Json>).flatMap(([name, value]) => {
    if (name === 'var')
      return [{ attribute: variable(value), values: [], hashed: operator === 'fractional' }].filter(isReal);
    if (name === 'condition' && isRecord(value)) return fromMongo(value as Record<string, Json>);
    if (idFields.has(name) && typeof value === 'string') return [{ attribute: value, values: [], hashed: true }];
    return name === 'parentConditions' || name === 'savedGroups' ? [] : fromForeign(value, name);
  });
}

const idFields = new Set(['hashAttribute', 'fallbackAttribute', 'attribute']);

/** `{"in": [{"var": "country"}, ["NO", "SE"]]}`: what stands beside an attribute is what it is compared with. */
function fromArguments(list: readonly Json[], operator: string): Named[] {
  const inside = list.flatMap((item) => fromForeign(item, operator));
  const values = operator === 'fractional' || operator === 'if' ? [] : scalarsIn(list);
  const beside = new Set(list.flatMap((item) => (isRecord(item) && 'var' in item ? [variable(item.var as Json)] : [])));
  return inside.map((one) => (beside.has(one.attribute) ? { ...one, values: [...one.values, ...values] } : one));
}

const variable = (value: Json): string => String(Array.isArray(value) ? (value[0] ?? '') : value);
const isReal = ({ attribute }: Named) => attribute !== '' && !attribute.startsWith('$');

/** `{"country": {"$in": ["NO"]}, "$or": [{"plan": "gold"}]}`. */
function fromMongo(condition: Record<string, Json>): Named[] {
  return Object.entries(condition).flatMap(([name, value]) => {
    if (!name.startsWith('$')) return [{ attribute: name, values: scalarsIn([value]), hashed: false }];
    const parts = Array.isArray(value) ? (value as readonly Json[]) : [value];
    return parts.flatMap((part) => (isRecord(part) ? fromMongo(part as Record<string, Json>) : []));
  });
}

function scalarsIn(values: readonly Json[]): Json[] {
  return values.flatMap((value): Json[] => {
    if (Array.isArray(value)) return scalarsIn(value as readonly Json[]);
    if (isRecord(value)) return 'var' in value ? [] : scalarsIn(Object.values(value) as Json[]);
    return value === null ? [] : [value];
  });
}
