import type { EvaluationContext } from '../evaluation.ts';
import { ID, identify } from './attributes.ts';
import type { StickyDocuments } from './extras.ts';

/** Where an experiment's sticky bucket is looked for. */
export interface StickyBucket {
  readonly experiment: string;
  readonly bucketVersion: number;
  /** Whoever has a bucket of an earlier version is out. */
  readonly minBucketVersion: number;
  readonly hashAttribute: string;
  readonly fallbackAttribute: string | undefined;
  /** Keys of the variations, in order. */
  readonly keys: readonly unknown[];
  readonly strict: boolean;
}

/**
 * The variation that was given before; -1: none, and 'blocked': a version that is not allowed any more.
 * The document of the hash attribute wins over that of the fallback, which is `id` where the experiment names none.
 */
export function stickyVariation(
  bucket: StickyBucket,
  context: EvaluationContext,
  documents: StickyDocuments,
): number | 'blocked' {
  const { experiment, hashAttribute, fallbackAttribute = ID, keys, strict } = bucket;
  const value = identify(context, hashAttribute, strict);
  const fallback = identify(context, fallbackAttribute, strict);
  const assignments = {
    ...(fallback === undefined ? {} : documents(fallbackAttribute, textOf(fallback))),
    ...documents(hashAttribute, value === undefined ? '' : textOf(value)),
  };
  if (isBlocked(bucket, assignments)) return 'blocked';
  const name = `${experiment}__${bucket.bucketVersion}`;
  const assigned = Object.hasOwn(assignments, name) ? assignments[name] : undefined;
  return assigned === undefined ? -1 : keys.indexOf(assigned);
}

function isBlocked(
  { experiment, minBucketVersion }: StickyBucket,
  assignments: Readonly<Record<string, unknown>>,
): boolean {
  if (minBucketVersion <= 0) return false;
  const prefix = `${experiment}__`;
  return Object.keys(assignments).some((name) => {
    if (!name.startsWith(prefix)) return false;
    const version = name.slice(prefix.length);
    return /^(0|[1-9]\d*)$/.test(version) && Number(version) < minBucketVersion;
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
