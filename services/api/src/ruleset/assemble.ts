import {
  type CompiledRuleset,
  type CompileOptions,
  compile,
  type Flag,
  type Problem,
  parseFlag,
  parseSegment,
  type Ruleset,
  type Segment,
} from '@burgee/evaluator';

/** A ruleset that can be served, and what was wrong with the one that is stored. */
export interface Assembled {
  readonly ruleset: Ruleset;
  readonly compiled: CompiledRuleset;
  /** Of the newest stored form, by flag key. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** Flags served in an earlier form. */
  readonly substituted: ReadonlySet<string>;
}

/** Earlier forms of flags as they stood on the wire, newest first, by flag key. */
export type FormerForms = ReadonlyMap<string, readonly unknown[]>;

/** What one environment looks like before anything in it was checked. */
export interface RawRuleset {
  readonly environment: string;
  readonly version: string;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly segments: Readonly<Record<string, unknown>>;
}

/**
 * Checks and compiles a ruleset flag by flag: one that does not compile is served in its newest form that does.
 *
 * Every replica that is given the same rows makes the same ruleset of them. A flag that never compiled stays as it is
 * and answers with an error.
 */
export function assemble(raw: RawRuleset, former: FormerForms, options: CompileOptions): Assembled {
  const segments = checkedSegments(raw.segments);
  const newest = compileAll(raw, raw.flags, { segments, options });
  const problems = new Map<string, readonly Problem[]>(newest.problems);
  const replaced = new Map<string, unknown>();
  for (const key of problems.keys()) {
    const form = (former.get(key) ?? []).find((candidate) => compiles(raw, key, candidate, { segments, options }));
    if (form !== undefined) replaced.set(key, switchedLike(form as Flag, raw.flags[key]));
  }
  const served =
    replaced.size === 0
      ? newest
      : compileAll(raw, { ...raw.flags, ...Object.fromEntries(replaced) }, { segments, options });
  return { ruleset: served.ruleset, compiled: served.compiled, problems, substituted: new Set(replaced.keys()) };
}

interface Surroundings {
  readonly segments: Readonly<Record<string, Segment>>;
  readonly options: CompileOptions;
}

function compileAll(raw: RawRuleset, rawFlags: Readonly<Record<string, unknown>>, { segments, options }: Surroundings) {
  const problems = new Map<string, readonly Problem[]>();
  const flags: Record<string, Flag> = {};
  for (const key of Object.keys(rawFlags).sort()) {
    const parsed = parseFlag(rawFlags[key]);
    if (!parsed.ok) problems.set(key, parsed.problems);
    // the raw form of a broken flag goes along: compiling is total and makes it an error of that flag
    flags[key] = parsed.ok ? parsed.flag : (rawFlags[key] as Flag);
  }
  const ruleset: Ruleset = { format: 1, environment: raw.environment, version: raw.version, flags, segments };
  const compiled = compile(ruleset, options);
  for (const [key, found] of compiled.problems) if (!problems.has(key)) problems.set(key, found);
  return { ruleset, compiled, problems };
}

/** A segment that does not parse is left out: the flags that name it say so themselves. */
function checkedSegments(raw: Readonly<Record<string, unknown>>): Record<string, Segment> {
  const segments: Record<string, Segment> = {};
  for (const key of Object.keys(raw).sort()) {
    const parsed = parseSegment(raw[key]);
    if (parsed.ok) segments[key] = parsed.segment;
  }
  return segments;
}

/** True when the candidate compiles together with the flags that it requires, as they stand now. */
function compiles(raw: RawRuleset, key: string, candidate: unknown, surroundings: Surroundings): boolean {
  const flags: Record<string, unknown> = { [key]: candidate };
  for (const name of requiredBy(candidate)) addWithRequired(flags, name, raw.flags);
  return !compileAll(raw, flags, surroundings).problems.has(key);
}

function addWithRequired(flags: Record<string, unknown>, key: string, all: RawRuleset['flags']): void {
  if (Object.hasOwn(flags, key) || !Object.hasOwn(all, key)) return;
  flags[key] = all[key];
  for (const name of requiredBy(all[key])) addWithRequired(flags, name, all);
}

/** Empty where the flag cannot be read: it does not compile then anyway. */
function requiredBy(flag: unknown): string[] {
  const parsed = parseFlag(flag);
  if (!parsed.ok) return [];
  const { requires = [], rules = [] } = parsed.flag;
  return [requires, ...rules.map((rule) => rule.requires ?? [])].flat().map((requirement) => requirement.flag);
}

/** Switching off always works, also while the newest rules cannot be read. */
function switchedLike(form: Flag, newest: unknown): Flag {
  const isEnabled = (newest as { enabled?: unknown } | null)?.enabled !== false;
  return { ...form, enabled: form.enabled && isEnabled };
}
