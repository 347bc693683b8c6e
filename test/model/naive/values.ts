/** Dates, versions, networks and letters as spec/README.md has them, read the obvious way. */

/** Milliseconds since 1970; undefined: no date. */
export function readDate(text: string): number | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    ...[number, number, number, number, number, number],
  ];
  const ms = Number(`${found[7] ?? '.'}000`.slice(1, 4));
  const zone = found[8] as string;
  const [zoneHour, zoneMinute] = zone === 'Z' ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const months = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > (months[month - 1] as number)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const dayOfYear = months.slice(0, month - 1).reduce((sum, days) => sum + days, 0) + day - 1;
  const days = past * 365 + leapDays + dayOfYear - daysTo1970;
  const away = (zoneHour * 60 + zoneMinute) * (zone.startsWith('-') ? -1 : 1);
  return (((days * 24 + hour) * 60 + minute - away) * 60 + second) * 1000 + ms;
}

/** From 0001-01-01. */
const daysTo1970 = 1969 * 365 + 477;

interface Version {
  readonly numbers: readonly bigint[];
  readonly labels: readonly string[];
}

/** A semantic version without its build; undefined: none. */
export function readVersion(text: string): Version | undefined {
  if (text.length > 256) return undefined;
  const [versioned, ...builds] = cut(text, '+');
  const [core, ...pre] = cut(versioned as string, '-');
  const numbers = (core as string).split('.');
  const labels = pre.flatMap((part) => part.split('.'));
  const buildLabels = builds.flatMap((part) => part.split('.'));
  if (numbers.length !== 3 || !numbers.every((number) => /^(0|[1-9][0-9]*)$/.test(number))) return undefined;
  if (![...labels, ...buildLabels].every((label) => /^[0-9A-Za-z-]+$/.test(label))) return undefined;
  if (labels.some((label) => /^0[0-9]+$/.test(label))) return undefined;
  return { numbers: numbers.map(BigInt), labels };
}

/** In two at the first mark. */
function cut(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Below 0, 0 or above 0, as semantic versions are ordered. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const [x, y] = [a.numbers[i] as bigint, b.numbers[i] as bigint];
    if (x !== y) return x < y ? -1 : 1;
  }
  if (a.labels.length === 0 || b.labels.length === 0) return b.labels.length - a.labels.length;
  for (const [i, label] of a.labels.entries()) {
    const other = b.labels[i];
    if (other === undefined) return 1;
    if (label !== other) return compareLabels(label, other);
  }
  return a.labels.length - b.labels.length;
}

/** Numbers are below words; numbers by size, words by their characters. */
function compareLabels(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return BigInt(a) < BigInt(b) ? -1 : 1;
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : 1;
}

/** An address as 128 bits written out, IPv4 as its IPv4-mapped IPv6; undefined: none. */
export function readAddress(text: string): string | undefined {
  if (!text.includes(':')) return readIpv4(text)?.padStart(48, '1').padStart(128, '0');
  const last = text.slice(text.lastIndexOf(':') + 1);
  const ipv4 = last.includes('.') ? readIpv4(last) : '';
  if (ipv4 === undefined) return undefined;
  const groups = last.includes('.') ? text.slice(0, text.length - last.length) + hexGroups(ipv4) : text;
  const sides = groups.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const given = sides.flat();
  if (sides.length > 2 || !given.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (sides.length === 1 ? given.length !== 8 : given.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - given.length }, () => '0');
  const all = [...(sides[0] as string[]), ...zeros, ...(sides[1] ?? [])];
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

/** 32 bits written out. */
function readIpv4(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

function hexGroups(bits: string): string {
  return [bits.slice(0, 16), bits.slice(16)].map((half) => Number.parseInt(half, 2).toString(16)).join(':');
}

/** The bits that all addresses of a network begin with; undefined: no network. */
export function readNetwork(text: string): string | undefined {
  const [address, prefix] = cut(text, '/') as [string, string?];
  const bits = readAddress(address);
  const most = address.includes(':') ? 128 : 32;
  if (bits === undefined || (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix))) return undefined;
  const length = prefix === undefined ? most : Number(prefix);
  return length > most ? undefined : bits.slice(0, 128 - most + length);
}

/** Each code point in lower case where that is one code point. */
export function fold(text: string): string {
  return [...text].map((letter) => ([...letter.toLowerCase()].length === 1 ? letter.toLowerCase() : letter)).join('');
}

/** Half a surrogate pair counts as U+FFFD. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
