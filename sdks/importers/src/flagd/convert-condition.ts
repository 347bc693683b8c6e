import type { Condition, Json } from '@burgee/evaluator';
import { attributeOf, type Conversion, shown } from './convert-source.ts';
import { isFields, own } from './document.ts';

/** A condition in Burgee's terms; true or false where it is the same for everyone. A reason is noted where it has none. */
export function readCondition(logic: unknown, conversion: Conversion, level = 0): Condition | boolean {
  if (logic === null || logic === undefined) return false;
  if (typeof logic !== 'object') return logic !== '' && logic !== 0 && logic !== false;
  const [operator, second] = isFields(logic) ? Object.keys(logic) : [];
  const args = operator === undefined ? undefined : own(logic as Record<string, unknown>, operator);
  const read = operator === undefined || second !== undefined ? undefined : READERS.get(operator);
  const values = Array.isArray(args) ? args : [args];
  const condition = level > 8 ? undefined : read?.(values, conversion, level, operator as string);
  if (condition !== undefined) return condition;
  conversion.reasons.add(`Burgee has no condition for ${shown(logic)}`);
  return false;
}

type Values = readonly unknown[];
type Reader = (
  values: Values,
  conversion: Conversion,
  level: number,
  operator: string,
) => Condition | boolean | undefined;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['and', group('all')],
  ['or', group('any')],
  ['!', (values, conversion, level) => negated(readCondition(values[0], conversion, level + 1))],
  ['!!', (values, conversion, level) => readCondition(values[0], conversion, level + 1)],
  ['var', readTruth],
  ['==', equal],
  ['===', equal],
  ['!=', (values, conversion) => negated(equal(values, conversion))],
  ['!==', (values, conversion) => negated(equal(values, conversion))],
  ['in', readIn],
  ['starts_with', (values) => readText('starts_with', values)],
  ['ends_with', (values) => readText('ends_with', values)],
  ['sem_ver', readVersion],
  ...['<', '<=', '>', '>='].map((name): [string, Reader] => [name, readOrder]),
]);

function group(kind: 'all' | 'any'): Reader {
  const settled = kind === 'any';
  return (values, conversion, level) => {
    const parts: Condition[] = [];
    for (const value of values) {
      const part = readCondition(value, conversion, level + 1);
      if (part === settled) return settled;
      if (typeof part !== 'boolean') parts.push(part);
    }
    const [only, second] = parts;
    if (only === undefined) return values.length > 0 && !settled;
    if (second === undefined) return only;
    return kind === 'all' ? { all: parts } : { any: parts };
  };
}

function negated(condition: Condition | boolean | undefined): Condition | boolean | undefined {
  if (condition === undefined) return undefined;
  return typeof condition === 'boolean' ? !condition : { none: [condition] };
}

/** Burgee's contexts are flat, and a name with a point is an attribute of its own. */
function flatAttribute(logic: unknown): string | undefined {
  const name = attributeOf(logic);
  return name === undefined || name.includes('.') || name.startsWith('$flagd') ? undefined : name;
}

function readTruth([name]: Values, { notes }: Conversion): Condition | undefined {
  const attr = flatAttribute({ var: name });
  if (attr === undefined) return undefined;
  notes.add(`${attr} counts when it is true; other values than true and false are errors`);
  return { attr, op: 'equals', values: [true] };
}

/** The attribute and the literal, in either order. */
function operands([a, b, more]: Values): { attr: string; value: unknown; turned: boolean } | undefined {
  if (more !== undefined) return undefined;
  const attr = flatAttribute(a);
  if (attr !== undefined) return { attr, value: b ?? null, turned: false };
  const other = flatAttribute(b);
  return other === undefined ? undefined : { attr: other, value: a ?? null, turned: true };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function equal(values: Values, { notes }: Conversion): Condition | undefined {
  const found = operands(values);
  if (found === undefined) return undefined;
  const { attr, value } = found;
  if (value === null) return { attr, op: 'exists', not: true };
  if (!isScalar(value)) return undefined;
  notes.add(`${attr} is compared without conversion: a value that is no ${typeof value} is an error`);
  return { attr, op: 'equals', values: [value] };
}

function readIn([sought, place]: Values, { notes }: Conversion): Condition | undefined {
  const attr = flatAttribute(sought);
  if (attr !== undefined && Array.isArray(place)) {
    const kinds = new Set(place.map((one) => typeof one));
    return place.every(isScalar) && kinds.size === 1 ? { attr, op: 'in', values: place as Json[] } : undefined;
  }
  const searched = flatAttribute(place);
  if (searched === undefined || typeof sought !== 'string') return undefined;
  notes.add(`${searched} is searched as a text; a list is an error`);
  return { attr: searched, op: 'contains', values: [sought] };
}

function readText(op: string, values: Values): Condition | undefined {
  const attr = flatAttribute(values[0]);
  const text = values[1];
  return attr === undefined || typeof text !== 'string' || values.length !== 2
    ? undefined
    : { attr, op, values: [text] };
}

const VERSION_OPERATORS: Readonly<Record<string, string>> = {
  '=': 'semver_eq',
  '!=': 'semver_eq',
  '<': 'semver_lt',
  '<=': 'semver_lte',
  '>': 'semver_gt',
  '>=': 'semver_gte',
};

function readVersion([value, operator, target]: Values, { notes }: Conversion): Condition | undefined {
  const attr = flatAttribute(value);
  const parts = typeof target === 'string' ? /^[vV]?(\d+)(?:\.(\d+)(?:\.(\d+)(.*))?)?$/.exec(target) : null;
  if (attr === undefined || parts === null || typeof operator !== 'string') return undefined;
  const [, major = '0', minor = '0', patch = '0', labels = ''] = parts;
  notes.add(`${attr} is a version of three numbers; others, as 1.2 or v1.2.3, are errors`);
  if (operator === '^') return versionRange(attr, `${major}.0.0-0`, `${BigInt(major) + 1n}.0.0-0`);
  if (operator === '~') return versionRange(attr, `${major}.${minor}.0-0`, `${major}.${BigInt(minor) + 1n}.0-0`);
  const op = Object.hasOwn(VERSION_OPERATORS, operator) ? VERSION_OPERATORS[operator] : undefined;
  if (op === undefined) return undefined;
  const condition = { attr, op, values: [`${major}.${minor}.${patch}${labels}`] };
  // A missing version differs from none.
  return operator === '!='
    ? {
        all: [
          { attr, op: 'exists' },
          { ...condition, not: true },
        ],
      }
    : condition;
}

function versionRange(attr: string, from: string, to: string): Condition {
  return {
    all: [
      { attr, op: 'semver_gte', values: [from] },
      { attr, op: 'semver_lt', values: [to] },
    ],
  };
}

const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const NUMBER_OPERATORS: Readonly<Record<string, string>> = {
  '<': 'number_lt',
  '<=': 'number_lte',
  '>': 'number_gt',
  '>=': 'number_gte',
};

function readOrder(values: Values, conversion: Conversion, level: number, operator: string): Condition | undefined {
  const [a, b, c] = values;
  if (values.length === 3) {
    const low = readOrder([a, b], conversion, level, operator);
    const high = readOrder([b, c], conversion, level, operator);
    return low && high && { all: [low, high] };
  }
  if (values.length !== 2) return undefined;
  if (attributeOf(a) === '$flagd.timestamp') return readTime(operator, b);
  if (attributeOf(b) === '$flagd.timestamp') return readTime(TURNED[operator] ?? '', a);
  const found = operands(values);
  if (found === undefined || typeof found.value !== 'number') return undefined;
  const { attr, value, turned } = found;
  const asked = turned ? (TURNED[operator] ?? '') : operator;
  const condition: Condition = { attr, op: NUMBER_OPERATORS[asked] ?? '', values: [value] };
  conversion.notes.add(`${attr} is a number; a text is an error`);
  // For flagd a missing number is 0.
  const holdsForNone = { '<': 0 < value, '<=': 0 <= value, '>': 0 > value, '>=': 0 >= value }[asked] === true;
  return holdsForNone ? { any: [{ attr, op: 'exists', not: true }, condition] } : condition;
}

/** flagd's time is in whole seconds. */
function readTime(operator: string, value: unknown): Condition | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 8e12) return undefined;
  const seconds = operator === '>' || operator === '<=' ? value + 1 : value;
  const instant = new Date(seconds * 1000);
  const op = operator.startsWith('>') ? 'date_after' : 'date_before';
  return { attr: 'now', op, values: [instant.toISOString().replace('.000Z', 'Z')] };
}
