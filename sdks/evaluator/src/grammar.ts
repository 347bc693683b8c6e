const DATE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const NUMBER = '(0|[1-9]\\d*)';
const LABEL = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${LABEL}(?:\\.${LABEL})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);
const VERSION_LIMIT = 256;

/**
 * Reads an RFC 3339 date with a zone.
 *
 * @returns  milliseconds since 1970, further digits of the fraction cut off; undefined when it is no such date
 * @see      spec/README.md, dates
 */
export function instantOf(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] = DATE.exec(text) ?? [];
  if (year === undefined || year === '0000' || Number(month) < 1 || Number(month) > 12) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) return undefined;
  if (sign !== undefined && (Number(zoneHour) > 23 || Number(zoneMinute) > 59)) return undefined;
  const zoneMs = sign === undefined ? 0 : (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  const local = Date.parse(`${text.slice(0, 19)}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  return sign === '-' ? local + zoneMs : local - zoneMs;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The parts of a semantic version that decide which one is newer. */
export interface Version {
  readonly core: readonly string[];
  readonly labels: readonly string[];
}

/** Reads a semantic version (2.0.0, at most 256 characters); the build is left out, it does not count in comparisons. */
export function versionOf(text: string): Version | undefined {
  const [, major, minor, patch, labels] = (text.length <= VERSION_LIMIT && VERSION.exec(text)) || [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { core: [major, minor, patch], labels: labels === undefined ? [] : labels.split('.') };
}

/** Negative, 0 or positive, by the precedence of semantic versions. */
export function compareVersions(a: Version, b: Version): number {
  return compareLists(a.core, b.core) || compareReleases(a.labels, b.labels) || compareLists(a.labels, b.labels);
}

/** A release is newer than each of its previews. */
function compareReleases(a: readonly string[], b: readonly string[]): number {
  return Math.sign(b.length) - Math.sign(a.length) === 0 ? 0 : a.length === 0 ? 1 : -1;
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; ; i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
    const order = compareLabels(left, right);
    if (order !== 0) return order;
  }
}

/** Numbers have no leading zeros, so the longer one is the greater, whatever its size. */
function compareLabels(a: string, b: string): number {
  const aIsNumber = isNumber(a);
  if (aIsNumber !== isNumber(b)) return aIsNumber ? -1 : 1;
  if (aIsNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNumber(label: string): boolean {
  return /^\d+$/.test(label);
}

/** Length in UTF-8 bytes; half a surrogate pair counts three. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff) bytes += 2;
    else if (unit > 0x7f) bytes += 1;
    // A pair is four bytes: its first half has counted three, the second must count one.
    if (unit >= 0xdc00 && unit <= 0xdfff && isHigh(text.charCodeAt(i - 1))) bytes -= 2;
  }
  return bytes;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
