/** The texts of one decision. */
export interface Member {
  readonly evaluation: { readonly flagKey: string };
  /** `"key":{…}` */
  readonly member: string;
}

/** Joins ready members to the body of `/v1/decisions`. */
export function decisionsBody(version: string, members: readonly Member[]): string {
  return `{"version":${JSON.stringify(version)},"flags":{${members.map(({ member }) => member).join(',')}}}`;
}

/** What a stream sends after its first event; undefined when the context's decisions are what they were. */
export function changedBody(version: string, before: readonly Member[], after: readonly Member[]): string | undefined {
  const { changed, removed } = inPlace(before, after) ?? bySearch(before, after);
  if (changed.length === 0 && removed.length === 0) return undefined;
  return `${decisionsBody(version, changed).slice(0, -1)},"removed":${JSON.stringify(removed)}}`;
}

interface Difference {
  readonly changed: readonly Member[];
  readonly removed: readonly string[];
}

/** After most changes the same flags stand in the same order, and nothing needs to be looked up; undefined: they do not. */
function inPlace(before: readonly Member[], after: readonly Member[]): Difference | undefined {
  if (before.length !== after.length) return undefined;
  const changed: Member[] = [];
  for (let at = 0; at < after.length; at += 1) {
    const old = before[at] as Member;
    const now = after[at] as Member;
    if (old.member === now.member) continue; // the key is part of it
    if (old.evaluation.flagKey !== now.evaluation.flagKey) return undefined;
    changed.push(now);
  }
  return { changed, removed: [] };
}

function bySearch(before: readonly Member[], after: readonly Member[]): Difference {
  const old = new Map(before.map(({ evaluation, member }) => [evaluation.flagKey, member]));
  const present = new Set(after.map(({ evaluation }) => evaluation.flagKey));
  return {
    changed: after.filter(({ evaluation, member }) => old.get(evaluation.flagKey) !== member),
    removed: [...old.keys()].filter((key) => !present.has(key)),
  };
}
