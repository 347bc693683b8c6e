import type { Json } from '@burgee/evaluator';
import { isRecord } from './shape.ts';

/** What an operand is written as. `in` and `equals` compare typed, so "1" and 1 differ. */
export type ValueKind = 'text' | 'number' | 'boolean';

export function valueKind(values: readonly Json[]): ValueKind {
  const first = values[0];
  if (typeof first === 'number') return 'number';
  return typeof first === 'boolean' ? 'boolean' : 'text';
}

/** Text as typed → values; what is not of that kind stays text, and the check names it. */
export function toValues(texts: readonly string[], kind: ValueKind): Json[] {
  return texts.map((text) => toValue(text.trim(), kind));
}

/** Texts that were there already keep their value, with the spaces around it. */
export function mergeValues(typed: readonly string[], values: readonly Json[], kind: ValueKind): Json[] {
  const known = new Map(toTexts(values).map((text, index) => [text, values[index] as Json]));
  return typed.map((text) => known.get(text) ?? toValue(text.trim(), kind));
}

export function toTexts(values: readonly Json[]): string[] {
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

function toValue(text: string, kind: ValueKind): Json {
  if (kind === 'number' && text !== '' && Number.isFinite(Number(text))) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Text of a form field → a flag's value of the given type; `undefined` when it is not one. Imported objects may be anything. */
export function parseTyped(text: string, valueType: string, isImported = false): Json | undefined {
  if (valueType === 'string') return text;
  const parsed = parseJson(text);
  if (valueType === 'boolean') return typeof parsed === 'boolean' ? parsed : undefined;
  if (valueType === 'integer') return Number.isSafeInteger(parsed) ? parsed : undefined;
  if (valueType === 'float') return typeof parsed === 'number' ? parsed : undefined;
  if (isImported) return parsed ?? undefined;
  return isRecord(parsed) ? parsed : undefined;
}

/** A flag's value as people read it: a float that is whole keeps its point, since an integer would be another type. */
export function typedText(value: Json | undefined, valueType: string): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return valueType === 'string' ? value : JSON.stringify(value);
  return valueType === 'float' && Number.isInteger(value) ? `${value as number}.0` : JSON.stringify(value);
}

export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // The caller shows the fault at the field.
  }
}

/** JSON for people: what fits on a line stands on one. */
export function prettyJson(value: Json, indent = ''): string {
  const flat = spaced(value);
  if (value === null || typeof value !== 'object' || indent.length + flat.length <= lineLength) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const parts = Array.isArray(value)
    ? value.map((item) => prettyJson(item as Json, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${prettyJson(item as Json, inner)}`);
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

/** `{ "a": [1, 2] }` */
function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${spaced(item as Json)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

const lineLength = 72;
