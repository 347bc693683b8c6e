import {
  at,
  atIndex,
  isMissing,
  isRecord,
  type JsonRecord,
  own,
  type Place,
  readBoolean,
  readList,
  readName,
  readRecord,
  readScalar,
  readText,
  readTexts,
  typeName,
} from './json.ts';
import type { Constraint, Dependency, Feature, SegmentSource, Strategy, Variant } from './model.ts';

/** Reads one feature; whatever is wrong goes to the place's report. */
export function readFeature(record: JsonRecord, place: Place): Feature {
  if (isMissing(record, 'enabled')) place.report(at(place, 'enabled').path, 'is missing');
  return {
    path: place.path,
    name: readName(record, 'name', place),
    type: readText(record, 'type', place) ?? 'release',
    description: readText(record, 'description', place) ?? '',
    tags: [],
    enabled: readBoolean(record, 'enabled', place) ?? false,
    strategies: isMissing(record, 'strategies') ? undefined : readEach(record, 'strategies', place, readStrategy),
    variants: readEach(record, 'variants', place, readVariant),
    dependencies: readEach(record, 'dependencies', place, readDependency),
  };
}

export function readSegment(record: JsonRecord, place: Place): SegmentSource {
  const id = own(record, 'id');
  if (!Number.isSafeInteger(id)) place.report(at(place, 'id').path, `expected whole number, got ${typeName(id)}`);
  return {
    path: place.path,
    id: Number(id),
    name: readText(record, 'name', place) ?? '',
    description: readText(record, 'description', place) ?? '',
    constraints: isMissing(record, 'constraints') ? undefined : readEach(record, 'constraints', place, readConstraint),
  };
}

export function readStrategy(record: JsonRecord, place: Place): Strategy {
  return {
    path: place.path,
    id: readText(record, 'id', place),
    name: readName(record, 'name', place),
    title: readText(record, 'title', place),
    parameters: readParameters(record, at(place, 'parameters')),
    constraints: readEach(record, 'constraints', place, readConstraint),
    segments: readSegmentIds(record, place),
    variants: isMissing(record, 'variants') ? undefined : readEach(record, 'variants', place, readVariant),
  };
}

export function readDependency(record: JsonRecord, place: Place): Dependency {
  return {
    path: place.path,
    feature: readName(record, 'feature', place),
    enabled: readBoolean(record, 'enabled', place) ?? true,
    variants: readTexts(record, 'variants', place),
  };
}

export function readVariant(record: JsonRecord, place: Place): Variant {
  const weight = own(record, 'weight');
  const isWeight = typeof weight === 'number' && weight >= 0;
  if (!isWeight) place.report(at(place, 'weight').path, 'a weight is a number that is not negative');
  return {
    path: place.path,
    name: readName(record, 'name', place),
    weight: isWeight ? weight : 0,
    stickiness: readText(record, 'stickiness', place),
    payload: isMissing(record, 'payload') ? undefined : readPayload(record, at(place, 'payload')),
    overrides: readEach(record, 'overrides', place, (override, there) => ({
      contextName: readName(override, 'contextName', there),
      values: readTexts(override, 'values', there),
    })),
  };
}

/** Each object of a list, with its own place. */
export function readEach<Item>(
  record: JsonRecord,
  field: string,
  place: Place,
  read: (record: JsonRecord, place: Place) => Item,
): Item[] {
  return readList(record, field, place).flatMap((value, i) => {
    const there = atIndex(at(place, field), i);
    const item = readRecord(value, there);
    return item === undefined ? [] : [read(item, there)];
  });
}

function readConstraint(record: JsonRecord, place: Place): Constraint {
  return {
    path: place.path,
    contextName: readName(record, 'contextName', place),
    operator: readName(record, 'operator', place),
    values: readTexts(record, 'values', place),
    value: readScalar(record, 'value', place),
    inverted: readBoolean(record, 'inverted', place) ?? false,
    caseInsensitive: readBoolean(record, 'caseInsensitive', place) ?? false,
  };
}

function readParameters(record: JsonRecord, place: Place): Strategy['parameters'] {
  if (isMissing(record, 'parameters')) return undefined;
  const parameters = own(record, 'parameters');
  // A server that keeps them in an empty list means none.
  if (Array.isArray(parameters) && parameters.length === 0) return {};
  const read = readRecord(parameters, place) ?? {};
  const entries = Object.keys(read).map((name) => [name, readScalar(read, name, place)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

function readSegmentIds(record: JsonRecord, place: Place): number[] {
  return readList(record, 'segments', place).filter((id, i): id is number => {
    if (Number.isSafeInteger(id)) return true;
    place.report(atIndex(at(place, 'segments'), i).path, `expected whole number, got ${typeName(id)}`);
    return false;
  });
}

function readPayload(record: JsonRecord, place: Place): Variant['payload'] {
  const payload = own(record, 'payload');
  if (!isRecord(payload)) return void readRecord(payload, place);
  return { type: readText(payload, 'type', place) ?? 'string', value: readScalar(payload, 'value', place) ?? '' };
}
