/** A ruleset as it came, not yet parsed. */
export interface RawRuleset {
  readonly version: string;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly segments: Readonly<Record<string, unknown>>;
}

/** Reads text into an object that has a ruleset's outline; undefined if it has not. */
export function readRuleset(data: string): RawRuleset | undefined {
  const read = readObject(data);
  return read && isObject(read.flags) && isObject(read.segments) && typeof read.version === 'string'
    ? (read as unknown as RawRuleset)
    : undefined;
}

/**
 * Lays a patch over the ruleset it was made for.
 *
 * @returns `gap` when it was made for another version, undefined when it is no patch
 */
export function applyPatch(data: string, held: RawRuleset | undefined): RawRuleset | 'gap' | undefined {
  const patch = readObject(data);
  if (!patch || typeof patch.version !== 'string' || typeof patch.from !== 'string') return undefined;
  if (!held || patch.from !== held.version) return 'gap';
  return {
    ...held,
    version: patch.version,
    flags: change(held.flags, patch.flags, patch.removedFlags),
    segments: change(held.segments, patch.segments, patch.removedSegments),
  };
}

function change(held: Readonly<Record<string, unknown>>, set: unknown, removed: unknown): Record<string, unknown> {
  const entries = new Map(Object.entries(held));
  for (const [key, value] of Object.entries(isObject(set) ? set : {})) entries.set(key, value);
  for (const key of Array.isArray(removed) ? removed : []) entries.delete(key);
  return Object.fromEntries(entries);
}

function readObject(data: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(data);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
