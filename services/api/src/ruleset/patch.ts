import type { Flag, Ruleset, Segment } from '@burgee/evaluator';

/** What turns one version of a ruleset into another. */
export interface Patch {
  readonly from: string;
  readonly version: string;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly removedFlags: readonly string[];
  readonly segments: Readonly<Record<string, Segment>>;
  readonly removedSegments: readonly string[];
}

/** Finds the difference between two versions of one environment's ruleset. */
export function patchBetween(before: Ruleset, after: Ruleset): Patch {
  const flags = difference(before.flags, after.flags);
  const segments = difference(before.segments, after.segments);
  return {
    from: before.version,
    version: after.version,
    flags: flags.changed,
    removedFlags: flags.removed,
    segments: segments.changed,
    removedSegments: segments.removed,
  };
}

function difference<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>) {
  const changed: Record<string, T> = {};
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (old === undefined || JSON.stringify(old) !== JSON.stringify(value)) changed[key] = value;
  }
  return { changed, removed: Object.keys(before).filter((key) => !Object.hasOwn(after, key)) };
}
