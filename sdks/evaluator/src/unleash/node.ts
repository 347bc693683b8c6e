import { versionOf } from '../grammar.ts';
import type { Dialect } from './dialect.ts';

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,3})?\d*(?:(Z)|([+-]\d{2}):?(\d{2}))?)?$/;

/** Unleash's own SDK for Node, `unleash-client`; 6.12. */
export const node: Dialect = {
  name: 'unleash-node',
  encoding: 'low-bytes',
  seedOf: ({ salt }) => salt ?? '',
  textOf: (value) => (value === undefined || value === null ? undefined : String(value)),
  stickyText: (value, kind) => {
    if (kind === 'variant') return typeof value === 'string' && value !== '' ? value : undefined;
    return value ? String(value) : undefined;
  },
  hashesEmpty: false,
  listed: (values) => values.filter((value) => value !== '').map((value) => value.trim()),
  numberOf: Number,
  equals: (a, b) => a === b,
  clock: () => (context, now) => {
    const time = Object.hasOwn(context, 'currentTime') ? context.currentTime : undefined;
    if (!time) return now;
    return typeof time === 'string' ? dateOf(time) : Number(time);
  },
  dateOf,
  versionOf: (text, side) => {
    if (text.length > 256 || (side === 'context' && text.startsWith('v'))) return undefined;
    const version = versionOf(text.trim().replace(/^v/, ''));
    return version !== undefined && hasSafeNumbers(version) ? version : undefined;
  },
  networkText: (text) => (text.includes(':') ? text.replace(/%[^/]*/, '').replace(/\/0+(?=\d)/, '/') : text),
};

/** The forms of ISO 8601 that `new Date` reads alike everywhere; without a zone it is UTC, never the host's own. */
function dateOf(text: string): number {
  const [, date, minutes, seconds = ':00', fraction = '', , hours = '+00', rest = '00'] = DATE.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  return Date.parse(minutes === undefined ? date : `${date}T${minutes}${seconds}${fraction}${hours}:${rest}`);
}

function hasSafeNumbers(version: string): boolean {
  const [core = ''] = version.split('-');
  return core.split('.').every((part) => Number(part) <= Number.MAX_SAFE_INTEGER);
}
