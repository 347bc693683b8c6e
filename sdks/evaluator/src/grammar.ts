const CLOCK = '([01]\\d|2[0-3]):[0-5]\\d';
const DATE = new RegExp(
  `^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T${CLOCK}:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]${CLOCK})$`,
);
const NUMBER = '(0|[1-9]\\d*)';
const LABEL = `(${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(-${LABEL}(\\.${LABEL})*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$`,
);
const VERSION_LIMIT = 256;
const MS_OF_400_YEARS = 12_622_780_800_000;
const DOT = 46;
const MINUS = 45;

/**
 * Reads an RFC 3339 date with a zone.
 *
 * @returns  milliseconds since 1970, further digits of the fraction cut off; undefined when it is no such date
 * @see      spec/README.md, dates
 */
export function instantOf(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const year = pairAt(text, 0) * 100 + pairAt(text, 2);
  const month = pairAt(text, 5);
  const day = pairAt(text, 8);
  // The calendar repeats every 400 years; JavaScript takes the years below 100 for others.
  const midnight = Date.UTC(year + 400, month - 1, day);
  if (year === 0 || (day > 28 && midnight >= Date.UTC(year + 400, month, 1))) return undefined;
  const minutes = pairAt(text, 11) * 60 + pairAt(text, 14) - zoneMinutes(text);
  const fraction = text.charCodeAt(19) === DOT ? Math.round(Number.parseFloat(text.slice(19, 23)) * 1000) : 0;
  return midnight - MS_OF_400_YEARS + (minutes * 60 + pairAt(text, 17)) * 1000 + fraction;
}

/** The number that two digits make. */
function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
}

function zoneMinutes(text: string): number {
  const end = text.length;
  if (text.endsWith('Z')) return 0;
  const minutes = pairAt(text, end - 5) * 60 + pairAt(text, end - 2);
  return text.charCodeAt(end - 6) === MINUS ? -minutes : minutes;
}

/** Reads a semantic version (2.0.0, at most 256 characters); without its build, which does not count in comparisons. */
export function versionOf(text: string): string | undefined {
  if (text.length > VERSION_LIMIT || !VERSION.test(text)) return undefined;
  const build = text.indexOf('+');
  return build < 0 ? text : text.slice(0, build);
}

/**
 * Negative, 0 or positive, by the precedence of semantic versions.
 *
 * Up to where they differ both are the same, so what differs is one number or label, or what follows it.
 */
export function compareVersions(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  const dash = a.indexOf('-');
  const inLabels = dash >= 0 && dash < at;
  const start = Math.max(a.lastIndexOf('.', at - 1), inLabels ? dash : -1) + 1;
  const aEnd = digitsEnd(a, start);
  const bEnd = digitsEnd(b, start);
  const aIsNumber = !inLabels || rank(a, aEnd) < 0;
  const bIsNumber = !inLabels || rank(b, bEnd) < 0;
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  // Numbers have no leading zeros, so the longer one is the greater, whatever its size.
  if (aIsNumber && aEnd !== bEnd) return aEnd - bEnd;
  // Behind three equal numbers only one has labels: a release is newer than each of its previews.
  if (!inLabels && aEnd === at) return rank(b, at) - rank(a, at);
  return rank(a, at) - rank(b, at);
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  return end;
}

/** The end comes before a dot, and that before all that makes a label longer. */
function rank(text: string, at: number): number {
  if (at === text.length) return -2;
  return text.charCodeAt(at) === DOT ? -1 : text.charCodeAt(at);
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
