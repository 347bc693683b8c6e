import { Undecidable } from './work.ts';

/** For arithmetic: a text that is no number is 0, and anything but texts and numbers is an error. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const parsed = parseNumber(value);
    return parsed === undefined ? 0 : parsed;
  }
  throw new Undecidable('a number is wanted');
}

/** For comparison: what is no number is NaN, and null, false and blank texts are 0. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return textToNumber(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value === null || value === undefined ? 0 : Number.NaN;
}

function textToNumber(text: string): number {
  if (trimSpace(text) === '') return 0;
  const parsed = parseNumber(text);
  // A number that is out of range counts as none.
  if (parsed === undefined || (isInfinite(parsed) && !NAMED_INFINITY.test(text))) return Number.NaN;
  return parsed;
}

function isInfinite(value: number): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

const NAMED_INFINITY = /^[+-]?inf(inity)?$/i;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i;
/** An underscore stands between digits, or between `0x` and a digit. */
const UNDERSCORES = /^[+-]?(0x_?[0-9a-f]+(_[0-9a-f]+)*)?/i;

/** A number as Go's `strconv.ParseFloat` reads it; undefined: it is none. */
export function parseNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  if (text.includes('_')) {
    return wellPlaced(text) ? parseNumber(text.replaceAll('_', '')) : undefined;
  }
  if (NAMED_INFINITY.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const hexadecimal = HEXADECIMAL.exec(text);
  return hexadecimal === null ? undefined : parseHexadecimal(hexadecimal);
}

function wellPlaced(text: string): boolean {
  const hexadecimal = UNDERSCORES.exec(text)?.[1] !== undefined;
  const digit = hexadecimal ? /[0-9a-f]/i : /\d/;
  for (let i = text.indexOf('_'); i !== -1; i = text.indexOf('_', i + 1)) {
    const before = text.charAt(i - 1);
    const afterPrefix = hexadecimal && /^[+-]?0x$/i.test(text.slice(0, i));
    if (!(afterPrefix || digit.test(before)) || !digit.test(text.charAt(i + 1))) return false;
  }
  return true;
}

function parseHexadecimal([, sign, whole = '', fraction = '', exponent = '']: RegExpExecArray): number | undefined {
  if (whole === '' && fraction === '') return undefined;
  if (whole.length + fraction.length > 400) return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** As Go's `int(float64)`: towards zero; NaN and what 64 bits do not hold is the smallest integer. */
export function toInteger(value: number): number {
  return Math.abs(value) < 2 ** 63 ? Math.trunc(value) : -(2 ** 63);
}

/** Without an exponent, in as few digits as tell the number apart. */
export function decimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (isInfinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = '', first = '', rest = '', exponent = ''] = parts;
  const places = Number(exponent);
  if (places < 0) return `${sign}0.${'0'.repeat(-places - 1)}${first}${rest}`;
  return `${sign}${first}${rest.padEnd(places, '0')}`;
}

/** The white space of Unicode, as Go trims it: unlike JavaScript with U+0085 and without U+FEFF. */
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING = new RegExp(`^${SPACE}+`);
const TRAILING = new RegExp(SPACE);

/** Steps from the end one by one: a pattern for what trails would look again from every space inside. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && TRAILING.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(LEADING, '');
}
