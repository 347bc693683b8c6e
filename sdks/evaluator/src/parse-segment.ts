import { byteLength } from './grammar.ts';
import { expectConditions } from './parse-condition.ts';
import {
  at,
  atIndex,
  expectFields,
  expectKey,
  expectSize,
  expectType,
  fault,
  fieldOf,
  isRecord,
  type Place,
  typeName,
} from './parse-json.ts';
import type { Problem } from './ruleset.ts';

const SEGMENT_LIMITS = { bytes: 16_777_216, levels: 64 };
const MEMBER_LIMIT = 100_000;
const MEMBER_BYTES = 1024;

/** All that is wrong with the shape of one segment; the same set as SQL's `burgee.segment_problems`. */
export function segmentProblems(input: unknown, mode: 'strict' | 'lenient'): Problem[] {
  const problems: Problem[] = [];
  const strict = mode === 'strict';
  const place: Place = { path: '', strict, report: (path, message) => problems.push({ path, message }) };
  if (!expectSize(input, SEGMENT_LIMITS, place) || !isRecord(input)) {
    if (problems.length === 0) expectType(input, 'object', place);
    return problems;
  }
  expectFields(input, ['key', 'if', 'include', 'exclude'], place);
  expectKey(fieldOf(input, 'key'), 'key', at(place, 'key'));
  if (Object.hasOwn(input, 'if')) expectConditions(input.if, { level: 1, inSegment: true }, at(place, 'if'));
  for (const list of ['include', 'exclude']) {
    if (Object.hasOwn(input, list)) expectMembers(input[list], at(place, list));
  }
  return problems;
}

function expectMembers(members: unknown, place: Place): void {
  if (!expectType(members, 'array', place)) return;
  const list = members as readonly unknown[];
  if (list.length > MEMBER_LIMIT) {
    fault(place, 'at most 100,000 targeting keys');
    return;
  }
  for (const [i, member] of list.entries()) {
    if (typeof member !== 'string') fault(atIndex(place, i), `expected string, got ${typeName(member)}`);
    else if (byteLength(member) < 1 || byteLength(member) > MEMBER_BYTES) {
      fault(atIndex(place, i), 'a targeting key has 1 to 1,024 bytes');
    }
  }
}
