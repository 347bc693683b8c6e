import {
  type Flag,
  type Json,
  type Problem,
  parseFlag,
  parseSegment,
  type Ruleset,
  type Segment,
} from '@burgee/evaluator';
import { canonicalJson } from '../canonical-json.ts';
import { problemsWith } from '../ruleset/compiling.ts';
import type { ImportFlagsInput, ImportProblem } from './imports.graphql.ts';

/** What the project has already, under the keys of an import; keys are compared without regard to case. */
export interface Known {
  readonly flags: ReadonlyMap<string, KnownFlag>;
  readonly segments: ReadonlyMap<string, KnownSegment>;
}

export interface KnownFlag {
  readonly key: string;
  readonly valueType: string;
  readonly variants: Readonly<Record<string, Json>>;
  readonly format: string | null;
  /** YYYY-MM-DD. */
  readonly archivedOn: string | null;
}

export interface KnownSegment {
  readonly key: string;
  readonly wire: unknown;
  readonly archivedOn: string | null;
}

export interface PlannedFlag {
  readonly flag: Flag;
  readonly kind: string;
  readonly description: string;
  readonly tags: readonly string[];
}

export interface PlannedSegment {
  readonly segment: Segment;
  readonly name: string;
  readonly description: string;
}

/** What an import would write, in this order; nothing where there are problems. */
export interface ImportPlan {
  readonly newSegments: readonly PlannedSegment[];
  readonly changedSegments: readonly PlannedSegment[];
  readonly created: readonly PlannedFlag[];
  readonly updated: readonly PlannedFlag[];
  readonly problems: readonly ImportProblem[];
}

/** Reads and compiles all that is imported, together with the environment's ruleset, before anything is written. */
export function planImport(input: ImportFlagsInput, known: Known, ruleset: Ruleset): ImportPlan {
  const flags = readFlags(input, known);
  const segments = readSegments(input, known);
  const problems = [...segments.problems, ...flags.problems];
  const planned = [...flags.created, ...flags.updated];
  const found = problemsWith(
    ruleset,
    planned.map(({ flag }) => flag),
    segments.all,
  );
  const refused = new Set(problems.map(({ key }) => key));
  for (const [key, list] of found) if (!refused.has(key)) problems.push(...invalid(key, list, 'INVALID_FLAG'));
  return {
    newSegments: inOrderOfUse(segments.added),
    changedSegments: segments.changed,
    created: flags.created,
    updated: flags.updated,
    problems,
  };
}

interface ReadFlags {
  readonly created: PlannedFlag[];
  readonly updated: PlannedFlag[];
  readonly problems: ImportProblem[];
}

function readFlags({ flags, format, reference, update }: ImportFlagsInput, known: Known): ReadFlags {
  const read: ReadFlags = { created: [], updated: [], problems: [] };
  const seen = new Map<string, string>();
  for (const [index, { flag: given, kind, description, tags }] of flags.entries()) {
    const parsed = parseFlag(given);
    const key = keyIn(given, `flags[${index}]`);
    if (!parsed.ok) {
      read.problems.push(...invalid(key, parsed.problems, 'INVALID_FLAG'));
      continue;
    }
    const { flag } = parsed;
    const earlier = known.flags.get(key.toLowerCase());
    const problem =
      twice(key, seen) ??
      otherSemantics(flag, reference) ??
      (earlier && clash({ flag, earlier, format: update ? format : undefined }));
    if (problem !== undefined) read.problems.push(problem);
    else if (earlier === undefined) read.created.push({ flag, kind, description, tags });
    else read.updated.push({ flag: withKnownNames(flag, earlier), kind, description, tags });
  }
  return read;
}

function keyIn(given: unknown, place: string): string {
  const key = (given as { key?: unknown } | null)?.key;
  return typeof key === 'string' && key !== '' ? key : place;
}

function twice(key: string, seen: Map<string, string>): ImportProblem | undefined {
  const other = seen.get(key.toLowerCase());
  seen.set(key.toLowerCase(), key);
  if (other === undefined) return undefined;
  const message = other === key ? `${key} is there twice` : `${key} and ${other} differ in case only`;
  return { key, path: 'key', message, code: 'KEY_EXISTS' };
}

function otherSemantics({ key, semantics = 'burgee-1' }: Flag, reference: string): ImportProblem | undefined {
  if (semantics === reference) return undefined;
  const message = `follows ${semantics}, and this import is of ${reference}`;
  return { key, path: 'semantics', message, code: 'INVALID_FLAG' };
}

interface Clash {
  readonly flag: Flag;
  readonly earlier: KnownFlag;
  /** Undefined: nothing may be replaced. */
  readonly format: string | undefined;
}

function clash({ flag, earlier, format }: Clash): ImportProblem | undefined {
  const at = { key: flag.key, path: 'key' };
  if (earlier.archivedOn !== null) {
    const message = `${earlier.key} was used until ${earlier.archivedOn}; keys are not reused`;
    return { ...at, message, code: 'KEY_RETIRED' };
  }
  if (format === undefined) return { ...at, message: `there is a flag ${earlier.key} already`, code: 'KEY_EXISTS' };
  if (earlier.format !== format || earlier.key !== flag.key) {
    const message = `there is a flag ${earlier.key} already, which was not imported from ${format}`;
    return { ...at, message, code: 'KEY_EXISTS' };
  }
  if (earlier.valueType === flag.type) return undefined;
  const message = `${flag.key} is ${earlier.valueType} for ever; the file has ${flag.type}`;
  return { ...at, path: 'type', message, code: 'TYPE_IMMUTABLE' };
}

/**
 * A GrowthBook feature names no variants: its values keep the names that they have, so that what other environments
 * serve keeps its names too.
 */
function withKnownNames(flag: Flag, { variants: known }: KnownFlag): Flag {
  if (flag.semantics !== 'growthbook-1' && flag.semantics !== 'growthbook-2') return flag;
  const nameOf = new Map(Object.entries(known).map(([name, value]) => [canonicalJson(value), name]));
  const variants: Record<string, Json> = {};
  const free = freeNames(new Set([...Object.keys(known), ...Object.keys(flag.variants)]));
  for (const [name, value] of Object.entries(flag.variants)) {
    const before = nameOf.get(canonicalJson(value));
    const isTaken = Object.hasOwn(known, name);
    variants[before ?? (isTaken ? free() : name)] = value;
  }
  return { ...flag, variants };
}

function freeNames(taken: Set<string>): () => string {
  let count = 0;
  return () => {
    do count += 1;
    while (taken.has(`v${count}`));
    taken.add(`v${count}`);
    return `v${count}`;
  };
}

interface ReadSegments {
  /** Those too that are there already. */
  readonly all: Segment[];
  readonly added: PlannedSegment[];
  readonly changed: PlannedSegment[];
  readonly problems: ImportProblem[];
}

/** A segment that is there already with the same content is no clash, and not written. */
function readSegments({ segments, update }: ImportFlagsInput, known: Known): ReadSegments {
  const read: ReadSegments = { all: [], added: [], changed: [], problems: [] };
  for (const [index, { segment: given, name, description }] of segments.entries()) {
    const parsed = parseSegment(given);
    const key = keyIn(given, `segments[${index}]`);
    if (!parsed.ok) {
      read.problems.push(...invalid(key, parsed.problems, 'INVALID_SEGMENT'));
      continue;
    }
    const { segment } = parsed;
    read.all.push(segment);
    const earlier = known.segments.get(key);
    const isSame = earlier !== undefined && canonicalJson(earlier.wire) === canonicalJson(segment);
    if (earlier === undefined) read.added.push({ segment, name, description });
    else if (earlier.archivedOn !== null) {
      const message = `${key} was used until ${earlier.archivedOn}; keys are not reused`;
      read.problems.push({ key, path: 'key', message, code: 'KEY_RETIRED' });
    } else if (!isSame && update && hasSameSemantics(earlier, segment)) {
      read.changed.push({ segment, name, description });
    } else if (!isSame) {
      read.problems.push({ key, path: 'key', message: `there is another segment ${key} already`, code: 'KEY_EXISTS' });
    }
  }
  return read;
}

function hasSameSemantics({ wire }: KnownSegment, { semantics }: Segment): boolean {
  return semantics !== undefined && (wire as Segment).semantics === semantics;
}

/** A segment after those that it names. */
function inOrderOfUse(segments: readonly PlannedSegment[]): PlannedSegment[] {
  const byKey = new Map(segments.map((one) => [one.segment.key, one]));
  const ordered = new Set<PlannedSegment>();
  const add = (one: PlannedSegment, above: readonly string[]): void => {
    const { key } = one.segment;
    if (above.includes(key)) return; // a circle, which compiling refuses
    for (const named of segmentsIn(one.segment.if)) {
      const other = byKey.get(named);
      if (other !== undefined && !ordered.has(other)) add(other, [...above, key]);
    }
    ordered.add(one);
  };
  for (const one of segments) add(one, []);
  return [...ordered];
}

function segmentsIn(conditions: unknown): string[] {
  if (Array.isArray(conditions)) return conditions.flatMap(segmentsIn);
  if (typeof conditions !== 'object' || conditions === null) return [];
  const { segment } = conditions as { segment?: unknown };
  const groups = Object.values(conditions).filter(Array.isArray).flatMap(segmentsIn);
  return typeof segment === 'string' ? [segment, ...groups] : groups;
}

function invalid(key: string, problems: readonly Problem[], code: string): ImportProblem[] {
  return problems.map(({ path, message }) => ({ key, path, message, code }));
}
