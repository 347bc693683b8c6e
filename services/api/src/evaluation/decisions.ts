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
  const keyOf = ({ evaluation }: Member) => evaluation.flagKey;
  // the same flags in the same order, as after most changes: nothing needs to be looked up
  const isAligned = before.length === after.length && after.every((item, at) => keyOf(item) === keyOf(before[at] as Member));
  const old = isAligned ? undefined : new Map(before.map((item) => [keyOf(item), item.member]));
  const changed = after.filter((item, at) => (old ? old.get(keyOf(item)) : before[at]?.member) !== item.member);
  const present = isAligned ? undefined : new Set(after.map(keyOf));
  const removed = present === undefined ? [] : before.map(keyOf).filter((key) => !present.has(key));
  if (changed.length === 0 && removed.length === 0) return undefined;
  return `${decisionsBody(version, changed).slice(0, -1)},"removed":${JSON.stringify(removed)}}`;
}
