import { type Naming, nested, prerequisites, problemsOf } from './graph.ts';
import { flagProblems } from './parse-flag.ts';
import { at, fault, isObject, isText, lowerCase, object, type UnknownFields } from './parse-json.ts';
import { segmentProblems } from './parse-segment.ts';
import { type Faults, type Flag, LEVEL, type Problem, type Ruleset, type Segment } from './ruleset.ts';

/** Faults are told all at once, each with its path. */
export interface Refused {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

const shape = object({
  format: (value, place) => {
    if (value !== 1) fault(place, 'unknown format; known: 1');
  },
  environment: isText,
  version: isText,
  flags: isObject,
  segments: isObject,
});

/**
 * Reads a ruleset from the wire.
 *
 * Refused only when it is no ruleset at all: a bad flag or segment is kept, stands in `ruleset.faults`, and becomes an
 * error of its own when compiled. Fields that this version does not know are left alone here: one that matters comes
 * with a higher `needs`.
 */
export function parseRuleset(input: unknown): { readonly ok: true; readonly ruleset: Ruleset } | Refused {
  let faults: Faults = { flags: {}, segments: {} };
  const problems = checkedBy((ruleset) => {
    const found: Problem[] = [];
    shape(ruleset, { path: '', problems: found, unknown: undefined, isImported: false, operators: {} });
    if (found.length === 0) faults = faultsIn(ruleset as Ruleset);
    return found;
  }, input);
  if (problems.length > 0) return { ok: false, problems };
  const { environment, version, flags, segments } = input as Ruleset;
  return { ok: true, ruleset: { format: 1, environment, version, flags, segments, faults } };
}

/** What is wrong with single flags and segments, by key: for a ruleset that was put together and not read from the wire. */
export function faultsIn({ flags, segments }: Ruleset): Faults {
  const ofFlags = faultsOf(flags, flagProblems, prerequisites);
  for (const [key, flag] of Object.entries(flags)) {
    const problems = ofFlags.has(key) ? [] : checkedBy(levelProblems, flag);
    if (problems.length > 0) ofFlags.set(key, problems);
  }
  const ofSegments = faultsOf(segments, segmentProblems, nested);
  return { flags: Object.fromEntries(ofFlags), segments: Object.fromEntries(ofSegments) };
}

/** Not of the flag's form: another evaluator may be further. */
function levelProblems(flag: unknown): Problem[] {
  const { needs = LEVEL } = flag as Flag;
  return needs > LEVEL ? [{ path: 'needs', message: `needs evaluator level ${needs}` }] : [];
}

function faultsOf<Part extends { readonly key: string }>(
  parts: Readonly<Record<string, Part>>,
  check: (part: unknown) => Problem[],
  naming: Naming<Part>,
): Map<string, readonly Problem[]> {
  const checked = Object.entries(parts).map(([key, part]) => {
    const problems = checkedBy(check, part);
    const isElsewhere = problems.length === 0 && part.key !== key;
    return [key, isElsewhere ? [{ path: 'key', message: `stands under the key ${key}` }] : problems] as const;
  });
  const known = new Map(checked.filter(([, problems]) => problems.length > 0));
  return problemsOf(new Map(Object.entries(parts)), known, naming);
}

/** Total, also for an object that is no JSON, such as one with a getter that throws. */
function checkedBy(check: (part: unknown) => readonly Problem[], part: unknown): readonly Problem[] {
  try {
    return check(part);
  } catch {
    return [{ path: '', message: 'can not be read' }];
  }
}

/** Reads one flag, strictly: what `burgee.flag_problems` refuses is refused, in the same words. */
export function parseFlag(input: unknown): { readonly ok: true; readonly flag: Flag } | Refused {
  const problems = checkedBy((flag) => flagProblems(flag, unknownFields), input);
  return problems.length === 0 ? { ok: true, flag: input as Flag } : { ok: false, problems };
}

/** Reads one segment, as strictly as `burgee.segment_problems`. */
export function parseSegment(input: unknown): { readonly ok: true; readonly segment: Segment } | Refused {
  const problems = checkedBy((segment) => segmentProblems(segment, unknownFields), input);
  return problems.length === 0 ? { ok: true, segment: input as Segment } : { ok: false, problems };
}

const unknownFields: UnknownFields = (record, known, place) => {
  for (const field of Object.keys(record)) {
    if (Object.hasOwn(known, field)) continue;
    const meant = Object.keys(known).find((name) => lowerCase(name) === lowerCase(field));
    fault(at(place, field), meant === undefined ? 'unknown field' : `unknown field; did you mean ${meant}`);
  }
};
