import { isRecord, typeName } from '../parse-json.ts';
import type { Range } from './ranges.ts';

/** Takes the place and the sentence of what is wrong with a definition. */
export type Report = (path: string, message: string) => void;

/** Reads fields of a definition; what is null or missing is absent, what has another type is reported and absent. */
export interface Shape {
  text(field: string): string | undefined;
  number(field: string): number | undefined;
  flag(field: string): boolean;
  list(field: string): readonly unknown[] | undefined;
  range(field: string): Range | undefined;
  ranges(field: string): readonly Range[] | undefined;
  readonly report: Report;
}

export function shapeOf(record: Readonly<Record<string, unknown>>, path: string, report: Report): Shape {
  const at = (field: string) => (path === '' ? field : `${path}.${field}`);
  const own = (field: string) => (Object.hasOwn(record, field) ? (record[field] ?? undefined) : undefined);
  const expect = (field: string, type: string) => {
    const value = own(field);
    if (value === undefined || typeName(value) === type) return value;
    report(at(field), `expected ${type}, got ${typeName(value)}`);
    return undefined;
  };
  const list = (field: string) => expect(field, 'array') as readonly unknown[] | undefined;
  return {
    text: (field) => expect(field, 'string') as string | undefined,
    number: (field) => expect(field, 'number') as number | undefined,
    flag: (field) => Boolean(own(field)),
    list,
    range: (field) => {
      const range = list(field);
      return range && toRange(range, at(field), report);
    },
    ranges: (field) =>
      list(field)?.flatMap((range, i) => {
        const read = toRange(range, `${at(field)}[${i}]`, report);
        return read === undefined ? [] : [read];
      }),
    report: (field, message) => report(at(field), message),
  };
}

function toRange(value: unknown, path: string, report: Report): Range | undefined {
  const [start, end] = Array.isArray(value) ? value : [];
  if (typeof start === 'number' && typeof end === 'number') return [start, end];
  report(path, 'expected a range: two numbers');
  return undefined;
}

/** Items that are objects; others are reported. */
export function records(list: readonly unknown[] | undefined, path: string, report: Report): Record<string, unknown>[] {
  return (list ?? []).flatMap((item, i) => {
    if (isRecord(item)) return [item];
    report(`${path}[${i}]`, `expected object, got ${typeName(item)}`);
    return [];
  });
}
