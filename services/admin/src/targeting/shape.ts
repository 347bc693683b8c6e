import type {
  AttributeCondition,
  Condition,
  Requirement,
  Rule,
  SegmentCondition,
  Serve,
  Split,
} from '@burgee/evaluator';

/** A list of conditions under one word. */
export type Group = Exclude<Condition, { attr: string } | { segment: string }>;
export type GroupName = 'all' | 'any' | 'none';
export type Rollout = NonNullable<Rule['rollout']>;
export type Arm = Split['split'][number];

/** Whether the editor has fields for it; what it has none for is shown as JSON and stays as it is. */
export function isRule(rule: unknown): rule is Rule {
  return (
    isRecord(rule) &&
    only(rule, ['id', 'name', 'if', 'requires', 'rollout', 'serve']) &&
    typeof rule.id === 'string' &&
    optional(rule.name, isText) &&
    optional(rule.if, Array.isArray) &&
    optional(rule.requires, Array.isArray) &&
    optional(rule.rollout, isRollout) &&
    optional(rule.serve, isServe)
  );
}

export function isAttribute(condition: unknown): condition is AttributeCondition {
  return (
    isRecord(condition) &&
    only(condition, ['attr', 'op', 'values', 'not', 'ignoreCase']) &&
    isText(condition.attr) &&
    isText(condition.op) &&
    optional(condition.values, isScalars) &&
    optional(condition.not, isBoolean) &&
    optional(condition.ignoreCase, isBoolean)
  );
}

export function isSegment(condition: unknown): condition is SegmentCondition {
  return (
    isRecord(condition) &&
    only(condition, ['segment', 'not']) &&
    isText(condition.segment) &&
    optional(condition.not, isBoolean)
  );
}

export function groupName(condition: unknown): GroupName | undefined {
  if (!isRecord(condition)) return undefined;
  const [name, ...more] = Object.keys(condition);
  const isGroup = more.length === 0 && (name === 'all' || name === 'any' || name === 'none');
  return isGroup && Array.isArray(condition[name]) ? name : undefined;
}

/** The conditions of a group; none where it is no group. */
export function members(condition: unknown): readonly Condition[] {
  const name = groupName(condition);
  return name === undefined ? [] : ((condition as Record<string, unknown>)[name] as readonly Condition[]);
}

/** A condition, or those inside a group, however deep. */
export function leaves(condition: Condition): Condition[] {
  return isAttribute(condition) || isSegment(condition) ? [condition] : members(condition).flatMap(leaves);
}

export function isRequirement(requirement: unknown): requirement is Requirement {
  return (
    isRecord(requirement) &&
    only(requirement, ['flag', 'variants', 'else']) &&
    isText(requirement.flag) &&
    Array.isArray(requirement.variants) &&
    requirement.variants.every(isText) &&
    optional(requirement.else, (variant) => variant === null || isText(variant))
  );
}

export function isServe(serve: unknown): serve is Serve {
  if (serve === null || isText(serve)) return true;
  if (!isRecord(serve)) return false;
  if (only(serve, ['value'])) return Object.hasOwn(serve, 'value');
  return (
    only(serve, ['split', 'by', 'seed']) && Array.isArray(serve.split) && serve.split.every(isArm) && isHashed(serve)
  );
}

function isArm(arm: unknown): arm is Arm {
  return (
    Array.isArray(arm) &&
    (arm.length === 2 || (arm.length === 3 && isRecord(arm[2]))) &&
    isText(arm[0]) &&
    typeof arm[1] === 'number'
  );
}

function isRollout(rollout: unknown): rollout is Rollout {
  if (typeof rollout === 'number') return true;
  if (!isRecord(rollout) || !isHashed(rollout)) return false;
  if (Object.hasOwn(rollout, 'percent'))
    return only(rollout, ['percent', 'by', 'seed']) && typeof rollout.percent === 'number';
  const { from, to, start, end } = rollout;
  const isRamp = typeof from === 'number' && typeof to === 'number' && isText(start) && isText(end);
  return isRamp && only(rollout, ['from', 'to', 'start', 'end', 'by', 'seed']);
}

function isHashed({ by, seed }: Record<string, unknown>): boolean {
  return optional(by, (list) => Array.isArray(list) && list.every(isText)) && optional(seed, isText);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isScalars = (values: unknown) =>
  Array.isArray(values) && values.every((value) => ['string', 'number', 'boolean'].includes(typeof value));
const only = (value: object, fields: readonly string[]) => Object.keys(value).every((name) => fields.includes(name));
const optional = (value: unknown, is: (value: unknown) => boolean) => value === undefined || is(value);
