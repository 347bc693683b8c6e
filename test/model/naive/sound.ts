import { RE2JS } from 're2js';
import type { Condition, NaiveFlag, NaiveRuleset, Requirement } from './document.ts';
import { isFlag, isSegment } from './grammar.ts';

const MOST_DEEP = 10;
const MOST_ASKED = 1000;
const LEVEL = 1;

/** The keys of the flags that compile. */
export function soundFlags(ruleset: NaiveRuleset): Set<string> {
  const { flags, segments } = ruleset;
  const readable = new Set(Object.keys(flags).filter((key) => isFlag(flags[key], key)));
  const requirements = limits((key) => {
    const required = readable.has(key) ? requirementsOf(flags[key] as NaiveFlag) : [];
    return required.map(({ flag }) => flag).filter((flag) => readable.has(flag));
  });
  const isReadable = (key: string) => Object.hasOwn(segments, key) && isSegment(segments[key], key);
  const named = limits((key) =>
    flat(segments[key]?.if ?? [])
      .flatMap(({ segment }) => segment ?? [])
      .filter(isReadable),
  );
  const isSound = ({ segment, op, values }: Condition): boolean => {
    if (op === 'matches') return isPattern(values?.[0] as string);
    if (segment === undefined) return true;
    return isReadable(segment) && named(segment) && flat(segments[segment]?.if ?? []).every(isSound);
  };
  return new Set(
    [...readable].filter((key) => {
      const conditions = (flags[key]?.rules ?? []).flatMap((rule) => rule.if ?? []);
      return flat(conditions).every(isSound) && (flags[key]?.needs ?? 1) <= LEVEL && requirements(key);
    }),
  );
}

function requirementsOf(flag: NaiveFlag): Requirement[] {
  return [...(flag.requires ?? []), ...(flag.rules ?? []).flatMap((rule) => rule.requires ?? [])];
}

/** Whether what is named, and what that names, is in no cycle, not too deep and not too much. */
function limits(named: (key: string) => string[]): (key: string) => boolean {
  const inCycle = memo((key: string) => reaches(key, named).has(key));
  const next = (key: string) => (inCycle(key) ? [] : named(key));
  const depth: (key: string) => number = memo((key) => Math.max(0, ...next(key).map((one) => 1 + depth(one))));
  const cost: (key: string) => number = memo((key) => next(key).reduce((sum, one) => sum + 1 + cost(one), 0));
  return (key) => !inCycle(key) && depth(key) <= MOST_DEEP && cost(key) <= MOST_ASKED;
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
