import { RE2JS } from 're2js';
import type { Condition, NaiveFlag, NaiveRuleset, Requirement } from './document.ts';
import { isFlag, isSegment } from './grammar.ts';

const MOST_DEEP = 10;
const MOST_EVALUATIONS = 1000;
const LEVEL = 1;

/** The keys of the flags that compile. */
export function soundFlags(ruleset: NaiveRuleset): Set<string> {
  const keys = Object.keys(ruleset.flags);
  const readable = new Set(keys.filter((key) => isFlag(ruleset.flags[key], key)));
  const requirements = (key: string): string[] =>
    readable.has(key) ? requirementsOf(ruleset.flags[key] as NaiveFlag).map(({ flag }) => flag) : [];
  const graph = requirementGraph(requirements);
  return new Set(
    [...readable].filter((key) => {
      const conditions = (ruleset.flags[key]?.rules ?? []).flatMap((rule) => rule.if ?? []);
      const isAsked = flat(conditions).every((condition) => isSound(ruleset, condition));
      return isAsked && (ruleset.flags[key]?.needs ?? 1) <= LEVEL && graph.isSound(key);
    }),
  );
}

function requirementsOf(flag: NaiveFlag): Requirement[] {
  return [...(flag.requires ?? []), ...(flag.rules ?? []).flatMap((rule) => rule.requires ?? [])];
}

function requirementGraph(requirements: (key: string) => string[]) {
  const inCycle = memo((key: string) => reaches(key, requirements).has(key));
  const next = (key: string) => (inCycle(key) ? [] : requirements(key));
  const depth: (key: string) => number = memo((key) => Math.max(0, ...next(key).map((one) => 1 + depth(one))));
  const cost: (key: string) => number = memo((key) => next(key).reduce((sum, one) => sum + 1 + cost(one), 0));
  return { isSound: (key: string) => !inCycle(key) && depth(key) <= MOST_DEEP && cost(key) <= MOST_EVALUATIONS };
}

/** A pattern or a segment can be unsound; a segment is when it is not there, or names itself or too many in a row. */
function isSound(
  ruleset: NaiveRuleset,
  { segment: key, op, values }: Condition,
  above: readonly string[] = [],
): boolean {
  if (op === 'matches') return isPattern(values?.[0] as string);
  if (key === undefined) return true;
  if (above.includes(key) || above.length > MOST_DEEP || !Object.hasOwn(ruleset.segments, key)) return false;
  const segment = ruleset.segments[key];
  if (segment === undefined || !isSegment(segment, key)) return false;
  return flat(segment.if ?? []).every((condition) => isSound(ruleset, condition, [...above, key]));
}

/** Those in groups too. */
function flat(conditions: readonly Condition[]): Condition[] {
  return conditions.flatMap(({ all, any, none, ...one }) => {
    const group = all ?? any ?? none;
    return group === undefined ? [one] : flat(group);
  });
}

function isPattern(pattern: string): boolean {
  const repeats = [...pattern.replaceAll(/\\x\{[^}]*\}|\\./gs, '').matchAll(/\{(\d+)(?:,(\d*))?\}/g)];
  const counts = repeats.map(([, least, most]) => Number(most || least));
  if (counts.some((count) => count > 100)) return false;
  if (counts.reduce((sum, count) => sum + count, 0) > 200) return false;
  try {
    return RE2JS.compile(pattern).programSize() <= 5000;
  } catch {
    return false;
  }
}

/** All that can be come to from here. */
function reaches(key: string, next: (key: string) => string[]): Set<string> {
  const found = new Set<string>();
  const open = [...next(key)];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    open.push(...next(one));
  }
  return found;
}

function memo<Answer>(ask: (key: string) => Answer): (key: string) => Answer {
  const known = new Map<string, Answer>();
  return (key) => {
    if (!known.has(key)) known.set(key, ask(key));
    return known.get(key) as Answer;
  };
}
