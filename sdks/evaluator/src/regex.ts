import { RE2JS } from 're2js';
import { byteLength } from './grammar.ts';
import type { RegexEngine } from './scope.ts';

const PATTERN_LIMIT = 256;
const SUBJECT_LIMIT = 512;
const REPEAT_LIMIT = 100;
const REPEATS_LIMIT = 200;
/** 5,000 instructions on 512 bytes take some milliseconds. */
const PROGRAM_LIMIT = 5000;
/** An escaped character, or a counted repeat such as `{3}`, `{3,}` and `{3,5}`. */
const REPEAT = /\\x\{[^}]*\}|\\.|\{(\d+)(?:,(\d*))?\}/gs;

/** RE2: no pattern takes longer than the length of the subject times that of its program, and both are capped. */
export const regexEngine: RegexEngine = {
  compile(pattern) {
    if (byteLength(pattern) > PATTERN_LIMIT) throw new Error(`a pattern has at most ${PATTERN_LIMIT} bytes`);
    checkRepeats(pattern);
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > PROGRAM_LIMIT) throw new Error('counted repeats multiply to too large a pattern');
    return (subject) => (byteLength(subject) <= SUBJECT_LIMIT ? compiled.test(subject) : undefined);
  },
};

/** A linear engine copies what is repeated, so a short pattern can make a huge program. */
function checkRepeats(pattern: string): void {
  let sum = 0;
  for (const { 1: least, 2: most, index } of pattern.matchAll(REPEAT)) {
    if (least === undefined) continue;
    const count = Number(most || least);
    if (count > REPEAT_LIMIT) throw new Error(`at position ${index}: counted repeat over ${REPEAT_LIMIT}`);
    sum += count;
  }
  if (sum > REPEATS_LIMIT) throw new Error(`counted repeats sum to more than ${REPEATS_LIMIT}`);
}
