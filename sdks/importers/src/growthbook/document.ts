import { UnreadableFile } from '../imported.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What GrowthBook sends to an SDK, or one experiment by itself, which may bring the features that it asks for. */
export interface Payload {
  readonly features: JsonObject;
  readonly experiment: JsonObject | undefined;
  readonly savedGroups: JsonObject;
  readonly contextualBandits: JsonObject;
  /** Those that run by themselves on a page: the visual editor's, and redirects. */
  readonly pageExperiments: readonly unknown[];
  /** Names of the parts that only the key opens. */
  readonly encrypted: readonly string[];
}

const ENCRYPTED = ['encryptedFeatures', 'encryptedSavedGroups', 'encryptedContextualBandits'];

/** Reads a payload; throws `UnreadableFile` for what is neither a payload nor an experiment. */
export function readDocument(text: string): Payload {
  const document = parse(text);
  if (!isObject(document)) throw new UnreadableFile('expected an object with features');
  const { features, savedGroups, contextualBandits, experiments, ...others } = document;
  const encrypted = ENCRYPTED.filter((name) => typeof document[name] === 'string' && document[name] !== '');
  const isExperiment = Array.isArray(document.variations);
  if (Array.isArray(features))
    throw new UnreadableFile('features must be an object by key, as the SDK endpoint gives it');
  if (!isObject(features) && !isExperiment && encrypted.length === 0) {
    throw new UnreadableFile('expected features by key, or an experiment with variations');
  }
  return {
    features: isObject(features) ? features : {},
    experiment: isExperiment ? others : undefined,
    savedGroups: isObject(savedGroups) ? savedGroups : {},
    contextualBandits: isObject(contextualBandits) ? contextualBandits : {},
    pageExperiments: Array.isArray(experiments) ? experiments : [],
    encrypted,
  };
}

const LEVEL_LIMIT = 500;

function parse(text: string): unknown {
  if (levelsOf(text) > LEVEL_LIMIT) throw new UnreadableFile(`nested more than ${LEVEL_LIMIT} levels deep`);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UnreadableFile(`not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** How deep brackets stand inside each other, outside of texts. */
function levelsOf(text: string): number {
  let [level, deepest] = [0, 0];
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++level);
    else if (token === ']' || token === '}') level--;
  }
  return deepest;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rules of a feature that are objects. */
export function rulesOf(feature: unknown): readonly JsonObject[] {
  return isObject(feature) && Array.isArray(feature.rules) ? feature.rules.filter(isObject) : [];
}

/** The keys of the features that a feature's rules, or an experiment, ask for. */
export function parentsOf(feature: unknown): string[] {
  const holders = isObject(feature) && isObject(feature.experiment) ? [feature.experiment] : rulesOf(feature);
  const parents = holders.flatMap(({ parentConditions }) => (Array.isArray(parentConditions) ? parentConditions : []));
  return parents.flatMap((parent) => (isObject(parent) && typeof parent.id === 'string' ? [parent.id] : []));
}

/** Visits a value and all that is in it, each with the name of the field it stands in. */
export function walk(value: unknown, visit: (part: unknown, field: string) => void, field = ''): void {
  visit(value, field);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) walk(part, visit, Array.isArray(value) ? field : name);
}
