import { isScalar, parseDocument, visit } from 'yaml';
import { UnreadableFile } from '../imported.ts';

export type Fields = { readonly [name: string]: unknown };

export interface Document {
  readonly content: Fields;
  /** Whether a whole number was written as `1.0` or `1e3`. */
  isFloat(holder: object, name: string): boolean;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Reads JSON, and YAML where it is no JSON; throws `UnreadableFile`. */
export function readDocument(text: string): Document {
  const floats = new WeakMap<object, Set<string>>();
  let content: unknown;
  try {
    content = settle({ content: parse(text) }, floats).content;
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile('the file is nested too deep', { cause: error });
  }
  if (!isFields(content)) throw new UnreadableFile('the file is no object');
  return { content, isFloat: (holder, name) => floats.get(holder)?.has(name) === true };
}

/** A whole number that was written with a point or an exponent. */
class WrittenFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

const JSON_START = /^\uFEFF?\s*[{[]/;

function parse(text: string): unknown {
  if (!JSON_START.test(text)) return parseYaml(text);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''), (_name, value, ...rest) => {
      const source = (rest as readonly { source?: string }[])[0]?.source;
      return typeof value === 'number' ? number(value, source) : value;
    });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return parseYaml(text, error);
  }
}

function number(value: number, source: string | undefined): unknown {
  return Number.isInteger(value) && source !== undefined && /[.eE]/.test(source) ? new WrittenFloat(value) : value;
}

const MOST_ALIASES = 100;

function parseYaml(text: string, jsonError?: unknown): unknown {
  const document = parseDocument(text, { schema: 'core' });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const message = jsonError instanceof Error ? jsonError.message : fault.message;
    throw new UnreadableFile(`neither JSON nor YAML: ${message}`, { cause: fault });
  }
  visit(document, {
    Scalar: (_key, node) => {
      if (isScalar(node) && typeof node.value === 'number') node.value = number(node.value, node.source);
    },
  });
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw new UnreadableFile('aliases of the file unfold without end', { cause: error });
  }
}

/** Puts plain numbers in the place of written floats, and remembers where. */
function settle<Holder extends object>(holder: Holder, floats: WeakMap<object, Set<string>>): Holder {
  for (const [name, value] of Object.entries(holder)) {
    if (value instanceof WrittenFloat) {
      const names = floats.get(holder) ?? new Set();
      floats.set(holder, names.add(name));
      (holder as Record<string, unknown>)[name] = value.value;
    } else if (typeof value === 'object' && value !== null) settle(value, floats);
  }
  return holder;
}
