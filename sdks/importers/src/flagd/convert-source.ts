import type { Flag } from '@burgee/evaluator';
import { isFields, own } from './document.ts';

/** What a conversion gathers; a reason ends it, a note does not. */
export interface Conversion {
  readonly reasons: Set<string>;
  readonly notes: Set<string>;
}

/** The flag that is converted. */
export interface Source {
  readonly flag: Flag;
  readonly defaultVariant: string | null;
  readonly conversion: Conversion;
  readonly semantics: Flag['semantics'];
}

/** The name in a `var` without a default; undefined: it is something else. */
export function attributeOf(logic: unknown): string | undefined {
  if (!isFields(logic) || Object.keys(logic).length !== 1) return undefined;
  const name = own(logic, 'var');
  const only = Array.isArray(name) && name.length === 1 ? name[0] : name;
  return typeof only === 'string' && only !== '' ? only : undefined;
}

export function shown(logic: unknown): string {
  const text = JSON.stringify(logic) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
