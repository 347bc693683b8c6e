/** Where a reader is in a file, and who hears of what is wrong there. */
export interface Place {
  readonly path: string;
  readonly report: (path: string, message: string) => void;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

export function at(place: Place, field: string): Place {
  return { ...place, path: place.path === '' ? field : `${place.path}.${field}` };
}

export function atIndex(place: Place, index: number): Place {
  return { ...place, path: `${place.path}[${index}]` };
}

/** An object; undefined, and a fault, when the value is something else. */
export function readRecord(value: unknown, place: Place): JsonRecord | undefined {
  if (isRecord(value)) return value;
  place.report(place.path, `expected object, got ${typeName(value)}`);
  return undefined;
}

/** A list; empty when it is missing, with a fault when it is something else. */
export function readList(record: JsonRecord, field: string, place: Place): readonly unknown[] {
  const value = own(record, field);
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  place.report(at(place, field).path, `expected array, got ${typeName(value)}`);
  return [];
}

/** A text; undefined when it is missing, with a fault when it is something else. */
export function readText(record: JsonRecord, field: string, place: Place): string | undefined {
  const value = own(record, field);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  place.report(at(place, field).path, `expected string, got ${typeName(value)}`);
  return undefined;
}

/** A text that must be there. */
export function readName(record: JsonRecord, field: string, place: Place): string {
  const text = readText(record, field, place);
  if (text === undefined && isMissing(record, field)) place.report(at(place, field).path, 'is missing');
  return text ?? '';
}

/** A text, or a number or boolean as text: parameters of strategies come as either. */
export function readScalar(record: JsonRecord, field: string, place: Place): string | undefined {
  const value = own(record, field);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : readText(record, field, place);
}

export function readBoolean(record: JsonRecord, field: string, place: Place): boolean | undefined {
  const value = own(record, field);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  place.report(at(place, field).path, `expected boolean, got ${typeName(value)}`);
  return undefined;
}

export function readTexts(record: JsonRecord, field: string, place: Place): string[] {
  const list = readList(record, field, place);
  for (const [i, value] of list.entries()) {
    if (typeof value !== 'string') {
      place.report(atIndex(at(place, field), i).path, `expected string, got ${typeName(value)}`);
    }
  }
  return list.filter((value) => typeof value === 'string');
}

export function isMissing(record: JsonRecord, field: string): boolean {
  const value = own(record, field);
  return value === undefined || value === null;
}

export function own(record: JsonRecord, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeName(value) === 'object';
}

export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
