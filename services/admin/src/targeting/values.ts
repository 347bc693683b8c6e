import type { Json } from '../graphql.ts';

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

export function toTexts(values: readonly Json[]): string[] {
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

function toValue(text: string, kind: ValueKind): Json {
  if (kind === 'number' && text !== '' && Number.isFinite(Number(text))) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Text of a form field → a flag's value of the given type; `undefined` when it is not one. */
export function parseTyped(text: string, valueType: string): Json | undefined {
  if (valueType === 'string') return text;
  const parsed = parseJson(text);
  if (valueType === 'boolean') return typeof parsed === 'boolean' ? parsed : undefined;
  if (valueType === 'integer') return Number.isSafeInteger(parsed) ? parsed : undefined;
  if (valueType === 'float') return typeof parsed === 'number' ? parsed : undefined;
  return parsed !== null && typeof parsed === 'object' ? parsed : undefined;
}

export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // The caller shows the fault at the field.
  }
}
