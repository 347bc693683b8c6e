import type { AttributeCondition, Condition, Json, Segment } from '@burgee/evaluator';
import { CanNotHold } from './exported.ts';

export type Logic = Json;

export interface Place {
  readonly segments: Readonly<Record<string, Segment>>;
  readonly path: string;
  /** How many segments deep. */
  readonly level: number;
}

/** Conditions that must all match. */
export function logicOfAll(conditions: readonly Condition[], place: Place): Logic {
  return everyOf(conditions.map((one, i) => logicOf(one, { ...place, path: `${place.path}[${i}]` })));
}

export function everyOf(parts: readonly Logic[]): Logic {
  const asked = parts.filter((part) => part !== true);
  const [first = true, second] = asked;
  return second === undefined ? first : { and: asked };
}

export function someOf(parts: readonly Logic[]): Logic {
  const [first = false, second] = parts;
  return second === undefined ? first : { or: parts };
}

function logicOf(condition: Condition, place: Place): Logic {
  if ('attr' in condition) return turned(ofAttribute(condition, place.path), condition.not);
  if ('segment' in condition) return turned(ofSegment(condition.segment, place), condition.not);
  if ('all' in condition) return logicOfAll(condition.all, place);
  const [name, parts] = 'any' in condition ? (['any', condition.any] as const) : (['none', condition.none] as const);
  const some = someOf(parts.map((part, i) => logicOf(part, { ...place, path: `${place.path}.${name}[${i}]` })));
  return turned(some, name === 'none');
}

function turned(logic: Logic, not: boolean | undefined): Logic {
  return not === true ? { '!': [logic] } : logic;
}

const DEEPEST = 10;

/** Written out where it is used. */
function ofSegment(key: string, place: Place): Logic {
  const segment = Object.hasOwn(place.segments, key) ? place.segments[key] : undefined;
  if (segment === undefined || place.level >= DEEPEST) throw new CanNotHold(place.path, `no segment named ${key}`);
  const { semantics = 'burgee-1', include = [], exclude = [], if: conditions } = segment;
  if (semantics !== 'burgee-1') throw new CanNotHold(place.path, `segment ${key} decides as ${semantics} does`);
  const asked = conditions && logicOfAll(conditions, { ...place, level: place.level + 1 });
  const inside = [...(include.length > 0 ? [isOneOf(include)] : []), ...(asked === undefined ? [] : [asked])];
  return exclude.length === 0 ? someOf(inside) : everyOf([{ '!': [isOneOf(exclude)] }, someOf(inside)]);
}

function isOneOf(keys: readonly string[]): Logic {
  return { in: [variable('targetingKey'), keys] };
}

/** An attribute by its name alone; flagd would look for one with a point inside another. */
export function variable(name: string): Logic {
  if (name === '$random' || name.includes('.') || name.startsWith('$flagd')) {
    throw new CanNotHold('', `flagd can not name the attribute ${name}`);
  }
  return { var: name };
}

function ofAttribute({ attr, op, values = [], ignoreCase }: AttributeCondition, path: string): Logic {
  if (ignoreCase === true) throw new CanNotHold(path, 'flagd minds the case of letters');
  if (attr === 'now') return ofNow(op, values[0], path);
  const write = OPERATORS.get(op);
  const logic = write?.(variable(attr), values);
  if (logic === undefined) throw new CanNotHold(path, `flagd has no operator ${op}${write ? ' for these values' : ''}`);
  return logic;
}

type Write = (attribute: Logic, values: readonly Json[]) => Logic | undefined;

const any =
  (operator: string): Write =>
  (attribute, values) =>
    someOf(values.map((value) => ({ [operator]: [attribute, value] })));
const version =
  (operator: string): Write =>
  (attribute, [value = null]) => ({ sem_ver: [attribute, operator, value] });
/** A missing number is 0 in flagd. */
const number =
  (operator: string): Write =>
  (attribute, [value = null]) => ({
    and: [{ '!=': [attribute, null] }, { [operator]: [attribute, value] }],
  });

const OPERATORS: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['equals', oneOf],
  ['in', oneOf],
  ['exists', (attribute) => ({ '!=': [attribute, null] })],
  ['starts_with', any('starts_with')],
  ['ends_with', any('ends_with')],
  ['contains', (attribute, values) => someOf(values.map((value) => ({ in: [value, attribute] })))],
  ['has_any', (attribute, values) => items(attribute, values, someOf)],
  ['has_all', (attribute, values) => items(attribute, values, everyOf)],
  ['number_eq', oneOf],
  ['number_gt', number('>')],
  ['number_gte', number('>=')],
  ['number_lt', number('<')],
  ['number_lte', number('<=')],
  ['semver_eq', version('=')],
  ['semver_gt', version('>')],
  ['semver_gte', version('>=')],
  ['semver_lt', version('<')],
  ['semver_lte', version('<=')],
]);

function oneOf(attribute: Logic, values: readonly Json[]): Logic {
  return { in: [attribute, values] };
}

/** A number would also be found in a text, so only texts and booleans. */
function items(attribute: Logic, values: readonly Json[], join: (parts: Logic[]) => Logic): Logic | undefined {
  if (values.some((value) => typeof value === 'number')) return undefined;
  return join(values.map((value) => ({ in: [value, attribute] })));
}

/** flagd's clock has whole seconds. */
function ofNow(op: string, value: Json | undefined, path: string): Logic {
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isInteger(instant / 1000)) throw new CanNotHold(path, 'flagd knows whole seconds only');
  const operator = op === 'date_before' ? '<' : '>=';
  return { [operator]: [{ var: '$flagd.timestamp' }, instant / 1000] };
}
