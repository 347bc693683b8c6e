import { isRecord } from '../parse-json.ts';
import type { Asked } from './answers.ts';
import { ID, identify, noteRead } from './attributes.ts';
import { compileCondition } from './condition.ts';
import { compileHash, type Hash } from './hash.ts';
import { isInRange, type Range, rangeOf } from './ranges.ts';
import type { FeatureScope } from './scope.ts';
import { records, shapeOf } from './shape.ts';

/** Why a rule does not count, as part of a sentence; undefined: it may. */
export type Gate = (asked: Asked) => string | undefined;

/** Filters: for each a bucket in one of its ranges. An empty list lets all pass. */
export function compileFilters(list: readonly unknown[] | undefined, path: string, scope: FeatureScope): Gate {
  const filters = records(list, path, scope.report).map((filter, i) => compileFilter(filter, `${path}[${i}]`, scope));
  return (asked) => {
    for (const filter of filters) {
      const why = filter(asked);
      if (why !== undefined) return why;
    }
    return undefined;
  };
}

function compileFilter(filter: Record<string, unknown>, path: string, scope: FeatureScope): Gate {
  const { strict, reads } = scope.condition;
  const shape = shapeOf(filter, path, scope.report);
  const attribute = shape.text('attribute') || ID;
  const ranges = shape.ranges('ranges');
  if (ranges === undefined) shape.report('ranges', 'is missing');
  // JavaScript writes what is not there as a word
  const hash = compileHash(shape.text('seed') ?? (strict ? '' : 'undefined'), shape.number('hashVersion') || 2);
  noteRead(attribute, reads);
  return ({ context }) => {
    const value = identify(context, attribute, strict);
    if (value === undefined) return `the filter's attribute ${attribute} is missing`;
    if (hash === undefined) return 'the filter has an unknown hash version';
    const bucket = hash(String(value));
    return rangeOf(bucket, ranges ?? []) < 0 ? `bucket ${bucket} is in no range of a filter` : undefined;
  };
}

/** A namespace `[name, start, end]`. */
export function compileNamespace(
  list: readonly unknown[],
  path: string,
  scope: FeatureScope,
): (value: string) => boolean {
  const [name, start, end] = list;
  if (typeof name !== 'string' || typeof start !== 'number' || typeof end !== 'number') {
    scope.report(path, 'expected a namespace: a name and two numbers');
    return () => false;
  }
  const hash = compileHash(`__${name}`, 1) as Hash;
  return (value) => isInRange(hash(value), [start, end]);
}

/** Conditions on other features. */
export interface Parent {
  readonly key: string;
  readonly gate: boolean;
  readonly holds: (object: { value: unknown }) => boolean;
}

export function compileParents(list: readonly unknown[] | undefined, path: string, scope: FeatureScope): Parent[] {
  return records(list, path, scope.report).map((parent, i) => {
    const key = shapeOf(parent, `${path}[${i}]`, scope.report).text('id');
    if (key === undefined) scope.report(`${path}[${i}].id`, 'is missing');
    return {
      key: key ?? '',
      gate: Boolean(parent.gate),
      holds: compileCondition(parent.condition, { ...scope.condition, isContext: false }),
    };
  });
}

/** The share of users that a force rule is for: a range, else a coverage; undefined: everyone. */
export function compileShare(rule: Record<string, unknown>, path: string, scope: FeatureScope): Gate | undefined {
  const shape = shapeOf(rule, path, scope.report);
  const { strict, reads } = scope.condition;
  const range = shape.range('range');
  const coverage = coverageOf(rule, shape.number('coverage'), strict);
  if (range === undefined && coverage === undefined) return undefined;
  if (range === undefined && coverage === 0) return () => 'its coverage is 0';
  const attribute = shape.text('hashAttribute') || ID;
  const fallback = rule.disableStickyBucketing ? undefined : shape.text('fallbackAttribute') || undefined;
  const hash = compileHash(shape.text('seed') || scope.key, shape.number('hashVersion') || 1);
  noteRead(attribute, reads);
  if (fallback !== undefined) noteRead(fallback, reads);
  return ({ context }) => {
    const own = identify(context, attribute, strict);
    const value =
      own ?? (fallback !== undefined && isSticky(context) ? identify(context, fallback, strict) : undefined);
    if (value === undefined) return `attribute ${attribute} is missing`;
    if (hash === undefined) return 'its hash version is unknown';
    const bucket = hash(String(value));
    return isWithin(bucket, { range, coverage, strict })
      ? undefined
      : `bucket ${bucket} is outside ${within(range, coverage)}`;
  };
}

/** JavaScript takes null for the number 0, but not for the word that nobody is meant. */
function coverageOf(rule: Record<string, unknown>, coverage: number | undefined, strict: boolean): number | undefined {
  return !strict && rule.coverage === null ? Number.MIN_VALUE : coverage;
}

interface Share {
  readonly range: Range | undefined;
  readonly coverage: number | undefined;
  readonly strict: boolean;
}

/** Spec 0.8 takes the bucket at the coverage itself, too. */
function isWithin(bucket: number, { range, coverage = 0, strict }: Share): boolean {
  if (range !== undefined) return isInRange(bucket, range);
  return strict ? bucket < coverage : bucket <= coverage;
}

function within(range: Range | undefined, coverage: number | undefined): string {
  return range === undefined ? `the coverage of ${coverage}` : `the range ${range[0]} to ${range[1]}`;
}

function isSticky(context: Asked['context']): boolean {
  const extras = Object.hasOwn(context, '$growthbook') ? context.$growthbook : undefined;
  return (
    isRecord(extras) &&
    typeof extras.stickyBucketAssignmentDocs === 'object' &&
    extras.stickyBucketAssignmentDocs !== null
  );
}
