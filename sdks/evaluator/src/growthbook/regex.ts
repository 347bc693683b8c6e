import { compileAutomaton, type Finder } from './automaton.ts';
import { parsePattern } from './pattern.ts';
import { Refused } from './refused.ts';

const PATTERN_LIMIT = 256;
const REPEAT_LIMIT = 100;
const REPEATS_LIMIT = 200;
/** UTF-16 units of a text that a pattern is run on. */
export const SUBJECT_LIMIT = 512;

/**
 * JavaScript's answer to whether a pattern is found in a text, in a time that is no worse than linear in both.
 *
 * Simple patterns run as they are; all others as an automaton, which has no way to go back. Throws `Refused` for what is
 * beyond the limits, for back-references and for inline modifiers. A pattern that JavaScript itself refuses is undefined.
 */
export function compileRegex(pattern: string, ignoreCase: boolean): Finder | undefined {
  const flags = ignoreCase ? 'i' : '';
  if (pattern.length > PATTERN_LIMIT) throw new Refused(`a pattern has at most ${PATTERN_LIMIT} characters`);
  const native = nativeRegex(pattern, flags);
  if (native === undefined) return undefined;
  checkRepeats(pattern);
  if (isSimple(pattern)) return (subject) => native.test(subject);
  return compileAutomaton(parsePattern(pattern), flags);
}

function nativeRegex(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return undefined;
  }
}

/** No groups and one quantifier: at most the square of the text's length; none: choices between plain texts. */
function isSimple(pattern: string): boolean {
  const quantifiers = pattern.match(/[*+?{]/g)?.length ?? 0;
  return !pattern.includes('(') && (quantifiers === 0 || (quantifiers === 1 && !pattern.includes('|')));
}

function checkRepeats(pattern: string): void {
  let sum = 0;
  for (const { 1: least, 2: most } of pattern.matchAll(/\\[\s\S]|\{(\d+)(?:,(\d*))?\}/g)) {
    if (least === undefined) continue;
    const count = Number(most || least);
    if (count > REPEAT_LIMIT) throw new Refused(`counted repeat over ${REPEAT_LIMIT}`);
    sum += count;
  }
  if (sum > REPEATS_LIMIT) throw new Refused(`counted repeats sum to more than ${REPEATS_LIMIT}`);
}
