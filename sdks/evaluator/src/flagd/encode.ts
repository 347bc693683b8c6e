import { compareTexts, isList, isMap } from './value.ts';
import { Undecidable } from './work.ts';

/** A result longer than this names no variant; their names have at most 128 bytes. */
const LONGEST = 4_096;
const DEEPEST = 64;

/**
 * The name of the variant that a result stands for: its JSON as Go writes it, without quotation marks.
 *
 * So `true` names `true`, 1e21 `1e+21`, and a text with `<` never names a variant with `<`.
 */
export function variantName(result: unknown): string {
  if (typeof result === 'string' && !UNUSUAL.test(result)) return result;
  return encode(result, 0).replaceAll('"', '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are written in another way
const UNUSUAL = /["\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]/;

function encode(value: unknown, depth: number): string {
  if (typeof value === 'string') return text(value.slice(0, LONGEST));
  if (typeof value === 'number') return number(value);
  if (depth > DEEPEST) return 'too deep to name a variant';
  if (isList(value)) return `[${gather(value, (item) => encode(item, depth + 1))}]`;
  if (!isMap(value)) return typeof value === 'boolean' ? String(value) : 'null';
  const names = Object.keys(value).sort(compareTexts);
  return `{${gather(names, (name) => `${text(name)}:${encode(value[name], depth + 1)}`)}}`;
}

/** Stops where no variant could be meant any more. */
function gather<Item>(items: readonly Item[], write: (item: Item) => string): string {
  let written = '';
  for (const item of items) {
    if (written.length > LONGEST) break;
    written += written === '' ? write(item) : `,${write(item)}`;
  }
  return written;
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new Undecidable(`the result ${value} can not be written as JSON`);
  return Object.is(value, -0) ? '-0' : String(value);
}

function text(value: string): string {
  return JSON.stringify(value.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
