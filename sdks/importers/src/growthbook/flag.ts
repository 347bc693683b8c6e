import { compile, type Flag, type Json, parseFlag, type SemanticsName, type ValueType } from '@burgee/evaluator';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { growthbook2 } from '@burgee/evaluator/growthbook-2';
import type { ImportedFlag } from '../imported.ts';
import { isObject, type JsonObject, type Payload, rulesOf, walk } from './document.ts';
import { textsOf } from './texts.ts';

/** A fault and where it stands, as seen from the feature. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A feature as a flag, or why it can not be one. */
export function readFeature(
  key: string,
  feature: unknown,
  payload: Payload,
  reference: SemanticsName,
): { readonly flag: ImportedFlag } | { readonly faults: readonly Fault[] } {
  if (!isObject(feature)) return { faults: [{ path: '', message: 'expected object' }] };
  const needed = neededBy(feature, payload);
  const unkept = unkeptPart({ feature, needed }) ?? reservedField(feature);
  if (unkept !== undefined) return { faults: [{ path: '', message: unkept }] };
  const variants = variantsOf(valuesOf(feature));
  const flag = {
    key,
    enabled: true,
    type: typeOf(Object.values(variants)),
    variants,
    off: null,
    default: null,
    semantics: reference,
    foreign: { ...feature, ...needed, ...textsFor({ feature, needed }) } as Json,
  };
  const faults = faultsOf(flag);
  if (faults.length > 0) return { faults };
  const isExperiment = isObject(feature.experiment) || rulesOf(feature).some((rule) => !Object.hasOwn(rule, 'force'));
  return {
    flag: {
      flag,
      kind: isExperiment ? 'experiment' : 'release',
      description: descriptionOf(feature),
      tags: tagsOf(feature),
    },
  };
}

/** A single experiment as a feature of its key; its condition is judged together with it. */
export function experimentFeature(experiment: JsonObject): { readonly key: string; readonly feature: JsonObject } {
  return { key: typeof experiment.key === 'string' ? experiment.key : '', feature: { experiment } };
}

/** What the evaluator says of the flag, which is how it would decide it. */
function faultsOf(flag: Flag): readonly Fault[] {
  const parsed = parseFlag(flag);
  const ruleset = { format: 1, environment: '', version: '', flags: { [flag.key]: flag }, segments: {} } as const;
  const problems = parsed.ok
    ? (compile(ruleset, { semantics: [growthbook1, growthbook2] }).problems.get(flag.key) ?? [])
    : parsed.problems;
  return problems.map(({ path, message }) => ({ path: path.replace(/^foreign\.?/, ''), message }));
}

/** All values that a feature names, in order, each once. */
function valuesOf(feature: JsonObject): Json[] {
  const { experiment } = feature;
  const rules = rulesOf(feature).flatMap((rule) => {
    const { force, contextualVariations, variations } = rule;
    const served = contextualVariations ?? variations;
    return Object.hasOwn(rule, 'force') ? [force] : Array.isArray(served) ? served : [];
  });
  const alone = isObject(experiment) && Array.isArray(experiment.variations) ? experiment.variations : [];
  return ([feature.defaultValue, ...rules, ...alone] as Json[]).filter(
    (value) => value !== null && value !== undefined,
  );
}

function variantsOf(values: readonly Json[]): Record<string, Json> {
  if (values.every((value) => typeof value === 'boolean')) return { on: true, off: false };
  const different = new Map(values.map((value) => [sortedText(value), value]));
  return Object.fromEntries([...different.values()].map((value, i) => [`v${i + 1}`, value]));
}

function typeOf(values: readonly Json[]): ValueType {
  const are = (type: string) => values.every((value) => typeof value === type);
  if (are('boolean')) return 'boolean';
  if (are('string')) return 'string';
  if (!are('number')) return 'object';
  return values.every(Number.isInteger) ? 'integer' : 'float';
}

/** Text that is the same for equal values, whatever the order of their fields. */
function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

/** What of the payload a feature can not do without. */
function neededBy(feature: JsonObject, { savedGroups, contextualBandits }: Payload): JsonObject {
  const references = rulesOf(feature).map(({ contextualBanditRef }) => contextualBanditRef);
  const bandits = pick(contextualBandits, references);
  const groups = pick(savedGroups, groupsIn([feature, bandits], savedGroups));
  const parts = { savedGroups: groups, contextualBandits: bandits };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));
}

function textsFor(parts: JsonObject): JsonObject {
  const texts = textsOf(Object.values(parts));
  return Object.keys(texts).length === 0 ? {} : { texts };
}

function pick(record: JsonObject, names: readonly unknown[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

/** The ids of all saved groups that conditions name, and those that these groups name in turn. */
function groupsIn(parts: readonly unknown[], savedGroups: JsonObject): string[] {
  const found = new Set<string>();
  const look = (part: unknown, field: string) => {
    const isReference = field === '$inGroup' || field === '$notInGroup';
    const id = isReference ? part : field === '$savedGroup' && isObject(part) ? part.id : undefined;
    if (id !== null && typeof id !== 'object' && id !== undefined) found.add(String(id));
  };
  walk(parts, look);
  for (const id of found) if (Object.hasOwn(savedGroups, id)) walk(savedGroups[id], look);
  return [...found];
}

/** The names under which a flag keeps what the feature needs beside itself; only an experiment's own is ours. */
function reservedField(feature: JsonObject): string | undefined {
  const isAlone = isObject(feature.experiment) && Object.keys(feature).length === 1;
  const taken = ['savedGroups', 'contextualBandits', 'texts', 'experiment'].find((name) =>
    Object.hasOwn(feature, name),
  );
  return taken === undefined || isAlone ? undefined : `reserved field ${taken}`;
}

/** What JSON can say and neither a number nor a database's text can keep. */
function unkeptPart(feature: JsonObject): string | undefined {
  let unkept: string | undefined;
  walk(feature, (part, field) => {
    if (typeof part === 'number' && !Number.isFinite(part)) unkept = `${field}: number too large`;
    const texts = typeof part === 'string' ? [part] : isObject(part) ? Object.keys(part) : [];
    if (texts.some((text) => text.includes('\0'))) unkept = `${field}: a text with the character U+0000`;
    if (texts.some((text) => !text.isWellFormed())) unkept = `${field}: a text with half a surrogate pair`;
  });
  return unkept;
}

function descriptionOf({ description }: JsonObject): string {
  return typeof description === 'string' ? description : '';
}

function tagsOf({ tags, metadata }: JsonObject): string[] {
  const given = tags ?? (isObject(metadata) ? metadata.tags : undefined);
  return Array.isArray(given) ? given.filter((tag) => typeof tag === 'string') : [];
}
