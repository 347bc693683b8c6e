import { versionOf } from '../grammar.ts';
import type { Dialect } from './dialect.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;
const DATE =
  /^\s*\+?(\d{4})-(\d{1,2})-(\d{1,2})[T ]\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?\s*(Z|UTC|[+-]\d{2}:?\d{2})$/i;
const LARGEST = 18_446_744_073_709_551_615n;

/** Unleash's Rust core, from which most of its SDKs and its Edge are made; 0.21. */
export const yggdrasil: Dialect = {
  name: 'unleash',
  encoding: 'utf-8',
  seedOf: ({ salt, key }) => salt ?? key,
  textOf,
  stickyText: textOf,
  hashesEmpty: true,
  listed: (values) => values,
  numberOf: (text) => {
    if (NUMBER.test(text)) return Number(text);
    return INFINITE.test(text) ? Number.POSITIVE_INFINITY * (text.startsWith('-') ? -1 : 1) : Number.NaN;
  },
  equals: (a, b) => Math.abs(a - b) < Number.EPSILON,
  clock: (attr, read) => {
    const isClock = attr === 'currentTime';
    return (context, now) => {
      const text = textOf(read(context));
      // Its own clock has whole seconds.
      if (text === undefined) return isClock ? Math.floor(now / 1000) * 1000 : Number.NaN;
      return dateOf(text);
    };
  },
  dateOf,
  versionOf: (text) => {
    const version = versionOf(text);
    return version !== undefined && hasNumbersUpTo(version, LARGEST) ? version : undefined;
  },
  networkText: (text, side) => (side === 'value' ? text.replace(/\/\+?0*(?=\d)/, '/') : text),
};

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
}

/** As chrono reads it: a date, a time of day and a zone, with some room between them. */
function dateOf(text: string): number {
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = DATE.exec(text) ?? [];
  if (year === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // Date.UTC takes years below 100 for those of the twentieth century, and the 30th of February for the 2nd of March.
  const date = new Date(at);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 && Number(second) < 60) return Number.NaN;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return Number.NaN;
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  return date.getTime() + Number(`0${fraction || '.0'}`) * 1000 - offset;
}

function hasNumbersUpTo(version: string, largest: bigint): boolean {
  const [core = ''] = version.split('-');
  return core.split('.').every((part) => part.length < 16 || BigInt(part) <= largest);
}
