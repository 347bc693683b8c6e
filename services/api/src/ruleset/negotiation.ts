/** True when an Accept header asks for an event stream rather than JSON. */
export function wantsEvents(accept: string | undefined): boolean {
  return accept?.includes('text/event-stream') === true;
}

/** True when an If-None-Match header names this entity tag; weak and strong count alike. */
export function etagMatches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch.split(',').some((tag) => [etag, '*'].includes(tag.trim().replace(/^W\//, '')));
}

/** Seconds that a `Prefer: wait=N` header gives the server to have something new; undefined where it does not, or is not of 1 to 55. */
export function waitSeconds(prefer: string | string[] | undefined): number | undefined {
  const seconds = Number(/(?:^|[,;])\s*wait\s*=\s*"?(\d{1,2})"?\s*(?:[,;]|$)/i.exec(String(prefer ?? ''))?.[1]);
  return seconds >= 1 && seconds <= 55 ? seconds : undefined;
}

/** What a reader that comes back to a stream saw last. */
export function lastEventId(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}
