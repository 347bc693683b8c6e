import { flagProblems } from './parse-flag.ts';
import { at, expectType, fault, fieldOf, isRecord, type Place } from './parse-json.ts';
import { segmentProblems } from './parse-segment.ts';
import type { Flag, Problem, Ruleset, Segment } from './ruleset.ts';

/** Faults are told all at once, each with its path. */
export interface Refused {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

/**
 * Reads a ruleset from the wire.
 *
 * Refused only when it is no ruleset at all: a bad flag or segment is kept, stands in `ruleset.faults`, and becomes an
 * error of its own when compiled. Fields that this version does not know are left alone here: one that matters comes
 * with a higher `needs`.
 */
export function parseRuleset(input: unknown): { readonly ok: true; readonly ruleset: Ruleset } | Refused {
  const problems: Problem[] = [];
  const place: Place = { path: '', strict: false, report: (path, message) => problems.push({ path, message }) };
  if (!isRecord(input)) expectType(input, 'object', place);
  else {
    if (fieldOf(input, 'format') !== 1) fault(at(place, 'format'), 'unknown format; known: 1');
    for (const field of ['environment', 'version']) expectType(fieldOf(input, field), 'string', at(place, field));
    for (const field of ['flags', 'segments']) expectType(fieldOf(input, field), 'object', at(place, field));
  }
  if (problems.length > 0) return { ok: false, problems };
  const { environment, version, flags, segments } = input as Ruleset;
  const faults = { flags: faultsOf(flags, flagProblems), segments: faultsOf(segments, segmentProblems) };
  return { ok: true, ruleset: { format: 1, environment, version, flags, segments, faults } };
}

type Check = typeof flagProblems;

function faultsOf(parts: Readonly<Record<string, { readonly key: string }>>, check: Check): Record<string, Problem[]> {
  const checked = Object.entries(parts).map(([key, part]) => {
    const problems = check(part, 'lenient');
    if (problems.length === 0 && part.key !== key)
      problems.push({ path: 'key', message: `stands under the key ${key}` });
    return [key, problems] as const;
  });
  return Object.fromEntries(checked.filter(([, problems]) => problems.length > 0));
}

/** Reads one flag, strictly: what `burgee.flag_problems` refuses is refused, in the same words. */
export function parseFlag(input: unknown): { readonly ok: true; readonly flag: Flag } | Refused {
  const problems = flagProblems(input, 'strict');
  return problems.length === 0 ? { ok: true, flag: input as Flag } : { ok: false, problems };
}

/** Reads one segment, as strictly as `burgee.segment_problems`. */
export function parseSegment(input: unknown): { readonly ok: true; readonly segment: Segment } | Refused {
  const problems = segmentProblems(input, 'strict');
  return problems.length === 0 ? { ok: true, segment: input as Segment } : { ok: false, problems };
}
