import {
  type CompiledRuleset,
  type CompileOptions,
  compile,
  type Flag,
  type Problem,
  parseFlag,
  parseRuleset,
  type Ruleset,
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
  const { segments, faults } = read(raw, {}, raw.segments);
  const surroundings: Surroundings = { segments, faults: faults?.segments ?? {}, options };
  const newest = compileAll(raw, raw.flags, surroundings);
  const { problems } = newest.compiled;
  const replaced = new Map<string, unknown>();
  for (const key of problems.keys()) {
    const form = (former.get(key) ?? []).find((candidate) => compiles(raw, key, candidate, surroundings));
    if (form !== undefined) replaced.set(key, switchedLike(form as Flag, raw.flags[key]));
  }
  const served =
    replaced.size === 0 ? newest : compileAll(raw, { ...raw.flags, ...Object.fromEntries(replaced) }, surroundings);
  return { ...served, problems, substituted: new Set(replaced.keys()) };
}

/** Segments, which are read once however often flags are compiled with them. */
interface Surroundings {
  readonly segments: Ruleset['segments'];
  readonly faults: NonNullable<Ruleset['faults']>['segments'];
  readonly options: CompileOptions;
}

/** The raw form of a broken flag or segment goes along: compiling makes it an error of those that need it. */
function compileAll(raw: RawRuleset, flags: RawRuleset['flags'], { segments, faults, options }: Surroundings) {
  const { faults: found, ...readable } = read(raw, flags, {});
  const ruleset: Ruleset = { ...readable, segments };
  const compiled = compile({ ...ruleset, faults: { flags: found?.flags ?? {}, segments: faults } }, options);
  return { ruleset, compiled };
}

function read({ environment, version }: RawRuleset, flags: RawRuleset['flags'], segments: RawRuleset['segments']) {
  const parts = { flags: inOrder(flags), segments: inOrder(segments) };
  const parsed = parseRuleset({ format: 1, environment, version, ...parts });
  if (!parsed.ok) throw new Error(`no ruleset: ${parsed.problems[0]?.message}`);
  return parsed.ruleset;
}

function inOrder(parts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** True when the candidate compiles together with the flags that it requires, as they stand now. */
function compiles(raw: RawRuleset, key: string, candidate: unknown, surroundings: Surroundings): boolean {
  const flags: Record<string, unknown> = { [key]: candidate };
  for (const name of requiredBy(candidate)) addWithRequired(flags, name, raw.flags);
  return !compileAll(raw, flags, surroundings).compiled.problems.has(key);
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
