import { byteLength } from './grammar.ts';
import { operatorTable, unleashOperators } from './operators.generated.ts';
import { conditions } from './parse-condition.ts';
import { COMMON_SEMANTICS } from './parse-flag.ts';
import {
  type Check,
  fault,
  fieldOf,
  isOfSize,
  isRecord,
  key,
  list,
  object,
  optional,
  type Place,
  typeName,
  type UnknownFields,
} from './parse-json.ts';
import type { Problem } from './ruleset.ts';

/** All that is wrong with the shape of one segment; the same set as SQL's `burgee.segment_problems`. */
export function segmentProblems(input: unknown, unknown?: UnknownFields): Problem[] {
  const semantics = (isRecord(input) ? fieldOf(input, 'semantics') : undefined) ?? 'burgee-1';
  const isImported = semantics !== 'burgee-1' && COMMON_SEMANTICS.includes(semantics);
  const operators = isImported ? unleashOperators : operatorTable;
  const place: Place = { path: '', problems: [], unknown, isImported, operators };
  if (isOfSize(input, 16_777_216, 64, place)) segment(input, place);
  return place.problems;
}

const member: Check = (value, place) => {
  if (typeof value !== 'string') fault(place, `expected string, got ${typeName(value)}`);
  else if (byteLength(value) < 1 || byteLength(value) > 1024) fault(place, 'a targeting key has 1 to 1,024 bytes');
};
const members: Check = optional(list(member, 0, 100_000, 'targeting keys'));

const segment: Check = object({
  key: key('key', () => false),
  semantics: optional((value, place) => {
    if (!COMMON_SEMANTICS.includes(value)) fault(place, `unknown semantics; known: ${COMMON_SEMANTICS.join(', ')}`);
  }),
  if: optional(conditions),
  include: members,
  exclude: members,
});
