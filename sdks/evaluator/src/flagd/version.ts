/** What `sem_ver` reads of a version; the build does not count. */
export interface Version {
  readonly numbers: readonly [major: string, minor: string, patch: string];
  readonly labels: readonly string[];
}

const NUMBER = '(0|[1-9]\\d*)';
const LABELS = '([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)';
const PATTERN = new RegExp(`^[vV]?${NUMBER}(?:\\.${NUMBER}(?:\\.${NUMBER}(?:-${LABELS})?(?:\\+${LABELS})?)?)?$`);

/** A version, also short (`1`, `1.2`) or with a leading v; numbers are read as texts. Undefined: it is none. */
export function readVersion(value: unknown): Version | undefined {
  const text = typeof value === 'number' ? shortText(value) : value;
  if (typeof text !== 'string') return undefined;
  const parts = PATTERN.exec(text);
  if (parts === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', labels] = parts;
  const named = labels === undefined ? [] : labels.split('.');
  if (named.some((label) => /^0\d+$/.test(label))) return undefined;
  return { numbers: [major, minor, patch], labels: named };
}

/** From a million on, Go writes a number with an exponent, and -0 with its sign: both are no version. */
function shortText(value: number): string {
  return Math.abs(value) < 1e6 && !Object.is(value, -0) ? String(value) : '';
}

type Test = (a: Version, b: Version) => boolean;

const TESTS: ReadonlyMap<unknown, Test> = new Map<unknown, Test>([
  ['=', (a, b) => compare(a, b) === 0],
  ['!=', (a, b) => compare(a, b) !== 0],
  ['<', (a, b) => compare(a, b) < 0],
  ['<=', (a, b) => compare(a, b) <= 0],
  ['>', (a, b) => compare(a, b) > 0],
  ['>=', (a, b) => compare(a, b) >= 0],
  ['^', (a, b) => a.numbers[0] === b.numbers[0]],
  ['~', (a, b) => a.numbers[0] === b.numbers[0] && a.numbers[1] === b.numbers[1]],
]);

/** The operator `sem_ver` for a target; null where anything is wrong. */
export function versionTest(operator: unknown, target: unknown): (value: unknown) => boolean | null {
  const test = TESTS.get(operator);
  const wanted = readVersion(target);
  if (test === undefined || wanted === undefined) return () => null;
  return (value) => {
    const version = readVersion(value);
    return version === undefined ? null : test(version, wanted);
  };
}

function compare(a: Version, b: Version): number {
  for (const [i, number] of a.numbers.entries()) {
    const order = compareNumbers(number, b.numbers[i] ?? '0');
    if (order !== 0) return order;
  }
  if (a.labels.length === 0 || b.labels.length === 0) return b.labels.length - a.labels.length;
  for (const [i, label] of a.labels.entries()) {
    const other = b.labels[i];
    if (other === undefined) return 1;
    const order = compareLabels(label, other);
    if (order !== 0) return order;
  }
  return a.labels.length - b.labels.length;
}

/** Digits without leading zeros, of any length. */
function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Numbers come before words. */
function compareLabels(a: string, b: string): number {
  if (a === b) return 0;
  const numeric = /^\d+$/;
  if (numeric.test(a)) return numeric.test(b) ? compareNumbers(a, b) : -1;
  if (numeric.test(b)) return 1;
  return a < b ? -1 : 1;
}
