import type { Flag, Ruleset, SemanticsName } from '@burgee/evaluator';
import { CanNotHold, type Exported } from './export/exported.ts';
import { featureOf, segmentOf } from './export/unleash-feature.ts';
import { asUnleash } from './export/unleash-flag.ts';
import type { Finding } from './imported.ts';
import { unleash } from './unleash.ts';

type Reference = Extract<SemanticsName, 'unleash' | 'unleash-node'>;

/**
 * Writes the flags of a ruleset that Unleash can hold exactly, as the document that its clients read.
 *
 * Each feature proves itself: what is written is imported again and must be the flag it was written from. A targeting
 * key becomes Unleash's `userId`; contexts whose attributes have other types than the conditions ask for are errors in
 * Burgee, which Unleash does not know.
 */
export function exportUnleash(ruleset: Ruleset, reference: Reference = 'unleash'): Exported {
  const refused: Finding[] = [];
  const said = new Map<string, Flag>();
  for (const [key, flag] of Object.entries(ruleset.flags)) {
    const refusal = refusalOf(() => said.set(key, sayIn(flag, ruleset, reference)));
    if (refusal) refused.push({ key, ...refusal });
  }
  const features = new Map<string, unknown>();
  const unsaid: Finding[] = [];
  for (const [key, flag] of said) {
    if (isCompanion(key, said)) continue;
    const refusal = refusalOf(() => features.set(key, featureOf(flag)));
    if (refusal) unsaid.push({ key, ...refusal });
  }
  for (const { key } of unsaid) said.delete(key);
  refused.push(...unsaid);
  const segments = Object.values(ruleset.segments).flatMap((segment) => segmentOf(segment) ?? []);
  for (;;) {
    const text = JSON.stringify({ version: 2, features: [...features.values()], segments }, undefined, 2);
    const different = differencesOf(text, { said, features, ruleset, reference });
    for (const { key } of different) {
      features.delete(key);
      said.delete(key);
    }
    for (const key of [...said.keys()].filter((one) => isHalf(one, said, features))) {
      features.delete(key);
      said.delete(key);
      different.push({ key, path: '', message: 'it and the flag of its variants are one feature, which is refused' });
    }
    refused.push(...different);
    if (different.length === 0) return { text, refused, warnings: [] };
  }
}

function refusalOf(act: () => unknown): { path: string; message: string } | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof CanNotHold)) throw error;
    return { path: error.path, message: error.message };
  }
}

function sayIn(flag: Flag, ruleset: Ruleset, reference: Reference): Flag {
  const { semantics = 'burgee-1', key } = flag;
  const fault = ruleset.faults?.flags[key]?.[0];
  if (fault !== undefined) throw new CanNotHold(fault.path, `the flag has a fault: ${fault.message}`);
  if (semantics === reference) return flag;
  if (semantics !== 'burgee-1') throw new CanNotHold('semantics', `Unleash does not decide as ${semantics} does`);
  return { ...asUnleash(flag, ruleset), semantics: reference };
}

/** Written with its feature, whose variants it serves. */
function isCompanion(key: string, said: ReadonlyMap<string, Flag>): boolean {
  return key.endsWith('~variant') && said.has(key.slice(0, -'~variant'.length));
}

/** A feature without the flag of its variants, or that flag without its feature. */
function isHalf(key: string, said: ReadonlyMap<string, Flag>, features: ReadonlyMap<string, unknown>): boolean {
  const feature = features.get(key) as { readonly variants: readonly unknown[] } | undefined;
  if (feature === undefined) return !isCompanion(key, said);
  const isSplit = said.get(key)?.rules?.some(({ serve }) => typeof serve === 'object') === true;
  return (feature.variants.length > 0 || isSplit) && !said.has(`${key}~variant`);
}

interface Written {
  readonly said: ReadonlyMap<string, Flag>;
  readonly features: ReadonlyMap<string, unknown>;
  readonly ruleset: Ruleset;
  readonly reference: Reference;
}

/** The flags that do not come back as they were. */
function differencesOf(text: string, { said, features, ruleset, reference }: Written): Finding[] {
  const { flags, segments, refused } = unleash.read({ text, reference });
  const back = new Map(flags.map(({ flag }) => [flag.key, flag]));
  const kept = new Map(segments.map(({ segment }) => [segment.key, segment]));
  const different: Finding[] = [];
  for (const [key, flag] of said) {
    if (!features.has(key) && !isCompanion(key, said)) continue;
    const again = back.get(key);
    const reason = refused.find((one) => one.key === key)?.message;
    const lost = segmentsOf(flag).find((name) => canonical(kept.get(name)) !== canonical(ruleset.segments[name]));
    if (again !== undefined && lost === undefined && canonical(decided(again)) === canonical(decided(flag))) continue;
    const message = lost === undefined ? (reason ?? differenceOf(flag, again)) : `it can not hold the segment ${lost}`;
    different.push({ key, path: '', message: `Unleash can not hold it exactly: ${message}` });
  }
  return different;
}

function differenceOf(flag: Flag, again: Flag | undefined): string {
  if (again === undefined) return 'it has no such feature';
  const [before, after] = [decided(flag), decided(again)] as [Record<string, unknown>, Record<string, unknown>];
  const field = Object.keys({ ...before, ...after }).find((name) => canonical(before[name]) !== canonical(after[name]));
  return `${field} would be another`;
}

/** All that decides: a rule's id and name do not. */
function decided({ rules, clientVisible: _clientVisible, needs: _needs, ...flag }: Flag): unknown {
  return { ...flag, rules: rules?.map(({ id: _id, name: _name, ...rule }) => rule) };
}

function segmentsOf({ rules = [] }: Flag): string[] {
  return rules.flatMap(({ if: conditions = [] }) =>
    conditions.flatMap((one) => ('segment' in one ? [one.segment] : [])),
  );
}

/** With the names of objects in order, whichever way they were made. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'nothing'
  );
}
