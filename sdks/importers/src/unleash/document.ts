import { type Finding, type ImportInput, UnreadableFile } from '../imported.ts';
import { readExport } from './export.ts';
import {
  atIndex,
  isRecord,
  type JsonRecord,
  own,
  type Place,
  readList,
  readRecord,
  readText,
  typeName,
} from './json.ts';
import type { Feature, SegmentSource } from './model.ts';
import { readFeature, readSegment } from './read-feature.ts';

/** What a file holds, whichever of Unleash's formats it has. */
export interface Source {
  readonly features: readonly Feature[];
  /** By id. */
  readonly segments: ReadonlyMap<number, SegmentSource>;
  readonly refused: Finding[];
  readonly warnings: Finding[];
}

/** Takes features and segments one after the other; those with faults are refused. */
export interface Gatherer {
  addFeature(value: unknown, path: string, mode: 'once' | 'replace'): void;
  addSegment(value: unknown, path: string, mode: 'once' | 'replace'): void;
  readonly features: Map<string, Feature>;
  readonly segments: Map<number, SegmentSource>;
  readonly refused: Finding[];
  readonly warnings: Finding[];
}

/** Reads the features document of clients, its delta form, or what the server exports. */
export function readSource({ text, environment }: ImportInput): Source {
  const file = parseJson(text);
  if (!isRecord(file)) throw new UnreadableFile(`not an Unleash file: expected object, got ${typeName(file)}`);
  const gathered = newGatherer();
  const has = (name: string) => Array.isArray(own(file, name));
  if (!has('events') && !has('features')) {
    throw new UnreadableFile('not an Unleash file: it has neither features nor events');
  }
  if (!has('events') && (has('featureStrategies') || has('featureEnvironments'))) {
    readExport(file, environment, gathered);
  } else {
    if (has('events')) foldEvents(file, gathered);
    else readDocument(file, '', gathered);
    if (environment !== undefined) {
      const message = `a file for clients is of one environment and does not say which: nobody looked for ${environment}`;
      gathered.warnings.push({ key: '', path: '', message });
    }
  }
  const { features, segments, refused, warnings } = gathered;
  return { features: [...features.values()], segments, refused, warnings };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UnreadableFile(`not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function readDocument(document: JsonRecord, path: string, gathered: Gatherer): void {
  const place: Place = { path, report: (at, message) => gathered.refused.push({ key: '', path: at, message }) };
  const prefix = path === '' ? '' : `${path}.`;
  for (const [i, segment] of readList(document, 'segments', place).entries()) {
    gathered.addSegment(segment, `${prefix}segments[${i}]`, 'once');
  }
  for (const [i, feature] of readList(document, 'features', place).entries()) {
    gathered.addFeature(feature, `${prefix}features[${i}]`, 'once');
  }
}

/** One event after the other, as a client does that was away for a while. */
function foldEvents(file: JsonRecord, gathered: Gatherer): void {
  const report = (path: string, message: string) => gathered.refused.push({ key: '', path, message });
  const list: Place = { path: 'events', report };
  for (const [i, value] of readList(file, 'events', { path: '', report }).entries()) {
    const place = atIndex(list, i);
    const event = readRecord(value, place);
    if (event !== undefined) foldEvent(event, place, gathered);
  }
}

function foldEvent(event: JsonRecord, place: Place, gathered: Gatherer): void {
  const { path } = place;
  const type = readText(event, 'type', place);
  if (type === 'hydration') {
    gathered.features.clear();
    gathered.segments.clear();
    readDocument(event, path, gathered);
  } else if (type === 'feature-updated') gathered.addFeature(own(event, 'feature'), `${path}.feature`, 'replace');
  else if (type === 'feature-removed') gathered.features.delete(readText(event, 'featureName', place) ?? '');
  else if (type === 'segment-updated') gathered.addSegment(own(event, 'segment'), `${path}.segment`, 'replace');
  else if (type === 'segment-removed') gathered.segments.delete(Number(own(event, 'segmentId')));
  else place.report(`${path}.type`, `unknown event ${type ?? ''}`);
}

function newGatherer(): Gatherer {
  const features = new Map<string, Feature>();
  const segments = new Map<number, SegmentSource>();
  const refused: Finding[] = [];
  const doubled = new Set<string>();
  return {
    features,
    segments,
    refused,
    warnings: [],
    addFeature(value, path, mode) {
      const faults: Finding[] = [];
      const feature = readPart(value, path, faults, readFeature);
      const key = feature?.name ?? '';
      if (mode === 'once' && (features.has(key) || doubled.has(key))) {
        faults.push({ key, path: `${path}.name`, message: 'two features have this name' });
        doubled.add(key);
        features.delete(key);
      }
      refused.push(...faults.map((fault) => ({ ...fault, key })));
      if (mode === 'replace') features.delete(key);
      if (feature !== undefined && faults.length === 0) features.set(key, feature);
    },
    addSegment(value, path, mode) {
      const faults: Finding[] = [];
      const segment = readPart(value, path, faults, readSegment);
      if (segment !== undefined && mode === 'once' && segments.has(segment.id)) {
        faults.push({ key: '', path: `${path}.id`, message: 'two segments have this id' });
        segments.delete(segment.id);
      }
      refused.push(...faults);
      if (segment !== undefined && faults.length === 0) segments.set(segment.id, segment);
    },
  };
}

function readPart<Part>(
  value: unknown,
  path: string,
  faults: Finding[],
  read: (record: JsonRecord, place: Place) => Part,
): Part | undefined {
  const place: Place = { path, report: (at, message) => faults.push({ key: '', path: at, message }) };
  const record = readRecord(value, place);
  return record && read(record, place);
}
