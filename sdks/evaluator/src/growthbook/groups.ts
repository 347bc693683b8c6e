import { isRecord } from '../parse-json.ts';
import type { Json } from '../ruleset.ts';
import { compilePath, noteRead } from './attributes.ts';
import type { InnerScope } from './condition-scope.ts';
import { membership } from './membership.ts';
import { never, type Test, unknown } from './verdict.ts';
import { asWritten } from './written.ts';

/** `$inGroup` and `$notInGroup`: a group that is not there is an empty list, one that is no list lets nobody pass. */
export function groupTest(operand: unknown, { strict, groups }: InnerScope, negated: boolean): Test {
  if (strict && typeof operand !== 'string') return never;
  const entry = Object.hasOwn(groups, String(operand)) ? groups[String(operand)] : [];
  if (strict && isOfNewType(entry)) return unknown;
  const list = isRecord(entry) && entry.type === 'list' ? entry.values : entry;
  if (!Array.isArray(list)) return never;
  const has = membership(list, false);
  return negated ? (value) => !has(value) : has;
}

/** `$savedGroup`: a list by its attribute or the reference's, or a condition; a group inside itself is nobody. */
export function savedGroupTest(reference: unknown, scope: InnerScope): Test {
  if (!isRecord(reference) || typeof reference.id !== 'string') return never;
  const { id, attributeKey } = reference;
  if (scope.inside.includes(id)) return never;
  if (attributeKey !== undefined && typeof attributeKey !== 'string') return never;
  const entry = Object.hasOwn(scope.groups, id) ? scope.groups[id] : undefined;
  if (!isRecord(entry)) return never;
  if (entry.type === 'list') return listTest(attributeKey ?? entry.attributeKey, entry.values, scope);
  if (entry.type === 'condition') return groupCondition(id, entry.condition, scope);
  return scope.strict ? unknown : never;
}

function listTest(attribute: unknown, values: unknown, { isContext, reads, strict }: InnerScope): Test {
  if (typeof attribute !== 'string' || !Array.isArray(values)) return never;
  if (isContext) noteRead(attribute.split('.')[0] as string, reads);
  const read = compilePath(attribute, isContext);
  const has = membership(values, false);
  return strict ? (object) => has(read(object) ?? null) : (object) => has(read(object));
}

function groupCondition(id: string, condition: unknown, scope: InnerScope): Test {
  if (scope.strict ? !isRecord(condition) : typeof condition !== 'object' || condition === null) return never;
  if (--scope.unfoldings.left < 0) {
    scope.refuse('saved groups refer to each other more than 1,000 times');
    return never;
  }
  return scope.language.condition(asWritten(condition as Json, scope.texts), {
    ...scope,
    inside: [...scope.inside, id],
  });
}

function isOfNewType(entry: unknown): boolean {
  return isRecord(entry) && entry.type !== 'list' && entry.type !== 'condition';
}
