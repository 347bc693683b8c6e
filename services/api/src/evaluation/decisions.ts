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
  const old = new Map(before.map((item) => [item.evaluation.flagKey, item.member]));
  const changed = after.filter(({ evaluation, member }) => old.get(evaluation.flagKey) !== member);
  const present = new Set(after.map(({ evaluation }) => evaluation.flagKey));
  const removed = [...old.keys()].filter((key) => !present.has(key));
  if (changed.length === 0 && removed.length === 0) return undefined;
  return `${decisionsBody(version, changed).slice(0, -1)},"removed":${JSON.stringify(removed)}}`;
}
