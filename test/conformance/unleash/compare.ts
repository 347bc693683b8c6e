import { type Answer, type Decided, type Reference, unleashDecider } from './decide.ts';
import type { FeatureSet } from './features.arbitrary.ts';

/** How much of what was generated could be compared; kept, so that a comparison of nothing is noticed. */
export interface Seen {
  compared: number;
  on: number;
  withVariant: number;
  refused: number;
  byChance: number;
}

export function nothingSeen(): Seen {
  return { compared: 0, on: 0, withVariant: 0, refused: 0, byChance: 0 };
}

/** Asks the peer about the feature and context of these places in the set. */
type Peer = (feature: number, context: number) => Answer;

/** The first decision that is not the peer's, with all that led to it. */
export function firstDifference(set: FeatureSet, reference: Reference, peer: Peer, seen: Seen): object | undefined {
  const { imported, decideSurely } = unleashDecider(set.state, reference);
  const flags = new Map(imported.flags.map(({ flag }) => [flag.key, flag]));
  for (const [feature, name] of set.names.entries()) {
    if (!flags.has(name)) {
      seen.refused += set.contexts.length;
      continue;
    }
    for (const [at, context] of set.contexts.entries()) {
      const ours = decideSurely(name, context);
      if (ours === undefined) {
        seen.byChance++;
        continue;
      }
      const theirs = peer(feature, at);
      count(theirs, seen);
      if (isSame(ours, theirs)) continue;
      return { name, context, ours, theirs, flag: flags.get(name), state: set.state };
    }
  }
  return undefined;
}

function count({ enabled, variant }: Answer, seen: Seen): void {
  seen.compared++;
  if (enabled) seen.on++;
  if (variant !== 'disabled') seen.withVariant++;
}

function isSame(ours: Decided, theirs: Answer): boolean {
  const { enabled, variant, payload } = theirs;
  return ours.enabled === enabled && ours.variant === variant && ours.payload === payload && fits(ours, theirs);
}

/** The flag beside it serves the payload, else the variant's name; without a variant nothing, or that word. */
function fits({ companion }: Decided, { variant, payload }: Answer): boolean {
  if (variant === 'disabled') return true;
  if (typeof companion === 'object') return JSON.stringify(companion) === JSON.stringify(JSON.parse(payload ?? ''));
  if (typeof companion === 'number') return companion === Number(payload);
  return companion === (payload ?? variant);
}
