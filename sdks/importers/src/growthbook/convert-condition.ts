import type { Condition, Json } from '@burgee/evaluator';
import { isObject, type JsonObject } from './document.ts';

/** Thrown for what Burgee has no way to say; the message is the reason. */
export class Unlike extends Error {}

export interface ConditionSource {
  /** Missing attributes count as 0 where numbers are compared. */
  readonly coerces: boolean;
  readonly groups: JsonObject;
  readonly inside: readonly string[];
  /** Takes what is worth knowing. */
  readonly note: (text: string) => void;
}

/** A Mongo condition as Burgee's; all must hold. */
export function convertCondition(condition: unknown, source: ConditionSource): Condition[] {
  if (!condition) return [];
  if (!isObject(condition)) throw new Unlike('a condition that is no object');
  return Object.entries(condition).flatMap(([field, expected]) => convertField(field, expected, source));
}

function convertField(field: string, expected: unknown, source: ConditionSource): Condition[] {
  if (field === '$and') return listOf(field, expected).flatMap((one) => convertCondition(one, source));
  if (field === '$or') {
    const any = listOf(field, expected).map((one) => grouped(convertCondition(one, source)));
    return any.length === 0 ? [] : [{ any }];
  }
  if (field === '$nor') {
    const none = listOf(field, expected).map((one) => grouped(convertCondition(one, source)));
    return [none.length === 0 ? { any: [] } : { none }];
  }
  if (field === '$not') return [{ none: [grouped(convertCondition(expected, source))] }];
  if (field === '$savedGroup') return convertGroup(expected, source);
  if (field.startsWith('$')) throw new Unlike(`operator ${field}`);
  if (field.includes('.')) throw new Unlike(`${field}: Burgee reads nothing inside an attribute`);
  if (field === 'id')
    source.note('conditions on id: Burgee asks for the attribute id only, GrowthBook flags take targetingKey for it');
  return convertValue(field, expected, source);
}

function listOf(field: string, list: unknown): readonly unknown[] {
  if (!Array.isArray(list)) throw new Unlike(`${field} without a list`);
  return list;
}

function grouped(all: Condition[]): Condition {
  return all.length === 1 ? (all[0] as Condition) : { all };
}

function convertGroup(reference: unknown, source: ConditionSource): Condition[] {
  const id = isObject(reference) ? String(reference.id) : '';
  const group = source.groups[id];
  if (!isObject(reference) || !isObject(group) || source.inside.includes(id)) throw new Unlike(`saved group ${id}`);
  if (group.type === 'condition')
    return convertCondition(group.condition, { ...source, inside: [...source.inside, id] });
  return convertField(String(reference.attributeKey ?? group.attributeKey), { $in: group.values }, source);
}

function convertValue(attr: string, expected: unknown, source: ConditionSource): Condition[] {
  const isOperators = isObject(expected) && Object.keys(expected).every((name) => name.startsWith('$'));
  if (!isOperators) return [equal(attr, expected, source)];
  return Object.entries(expected).map(([operator, operand]) => convertOperator(attr, operator, operand, source));
}

function equal(attr: string, expected: unknown, { coerces, note }: ConditionSource): Condition {
  if (expected === null) return missing(attr);
  if (typeof expected === 'object' || expected === undefined)
    throw new Unlike(`${attr}: equality of lists and objects`);
  typeNote(attr, note);
  const same: Condition = { attr, op: 'equals', values: [expected as Json] };
  return coerces && (expected === 0 || expected === 'null') ? { any: [same, missing(attr)] } : same;
}

function missing(attr: string): Condition {
  return { attr, op: 'exists', not: true };
}

function typeNote(attr: string, note: ConditionSource['note']): void {
  note(
    `attribute ${attr} of another type than it is compared to is an error in Burgee; GrowthBook says no, or converts it`,
  );
}

const ORDERS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
};

function convertOperator(attr: string, operator: string, operand: unknown, source: ConditionSource): Condition {
  const name = operator.slice(1);
  if (name in ORDERS) return order(attr, name, operand, source);
  if (/^v(eq|gte?|lte?)$/.test(name)) return version(attr, name.slice(1), operand, source);
  switch (name) {
    case 'eq':
      return equal(attr, operand, { ...source, coerces: false });
    case 'ne':
      return { none: [equal(attr, operand, { ...source, coerces: false })] };
    case 'vne':
      return { none: [version(attr, 'eq', operand, source)] };
    case 'in':
    case 'ini':
      return among(attr, operand, name === 'ini', source);
    case 'nin':
    case 'nini':
      return { none: [among(attr, operand, name === 'nini', source)] };
    case 'inGroup':
    case 'notInGroup': {
      const group = source.groups[String(operand)];
      const inGroup = among(attr, isObject(group) ? group.values : (group ?? []), false, source);
      return name === 'inGroup' ? inGroup : { none: [inGroup] };
    }
    case 'exists':
      return operand ? { attr, op: 'exists' } : missing(attr);
    case 'not':
      return { none: [grouped(convertValue(attr, operand, source))] };
    case 'all':
      return { attr, op: 'has_all', values: scalars(attr, operand) };
    default:
      throw new Unlike(`${attr}: operator ${operator}`);
  }
}

function order(attr: string, name: string, operand: unknown, { coerces, note }: ConditionSource): Condition {
  if (typeof operand !== 'number') throw new Unlike(`${attr}: Burgee orders only numbers, dates and versions`);
  typeNote(attr, note);
  const ordered: Condition = { attr, op: `number_${name}`, values: [operand] };
  return coerces && ORDERS[name]?.(0, operand) ? { any: [ordered, missing(attr)] } : ordered;
}

function version(attr: string, name: string, operand: unknown, { note }: ConditionSource): Condition {
  note(
    `${attr}: GrowthBook compares versions as padded texts, Burgee as semantic versions: broken and short ones differ`,
  );
  return { attr, op: `semver_${name}`, values: [String(operand).replace(/^v/, '')] };
}

/** A list may hold several types, Burgee's only one. */
function among(attr: string, operand: unknown, ignoreCase: boolean, { note }: ConditionSource): Condition {
  const values = scalars(attr, operand);
  typeNote(attr, note);
  note(`attribute ${attr} as a list is an error in Burgee; GrowthBook looks for any item of it`);
  const any = (['string', 'number', 'boolean'] as const).flatMap((type): Condition[] => {
    const same = values.filter((value) => typeof value === type);
    if (same.length === 0) return [];
    return [{ attr, op: 'in', values: same, ...(ignoreCase && type === 'string' && { ignoreCase }) }];
  });
  if (values.includes(null)) any.push(missing(attr));
  return any.length === 1 ? (any[0] as Condition) : { any };
}

function scalars(attr: string, operand: unknown): Json[] {
  if (!Array.isArray(operand)) throw new Unlike(`${attr}: an operator without a list`);
  if (operand.some((value) => typeof value === 'object' && value !== null))
    throw new Unlike(`${attr}: lists of lists or objects`);
  return [...new Set(operand as Json[])];
}
