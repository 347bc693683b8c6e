import type { Report, Source } from './source.ts';

/** Flags that are at hand already; whoever follows hears of `put` too. */
export interface StaticSource extends Source {
  put(data: string): void;
}

/** Hands over what it was given, at once. */
export function staticSource(event: string, given: string): StaticSource {
  const following = new Set<(report: Report) => void>();
  let data = given;
  return {
    kind: 'static',
    open(report) {
      following.add(report);
      report({ kind: 'message', event, data });
      return () => following.delete(report);
    },
    put(next) {
      data = next;
      for (const report of following) report({ kind: 'message', event, data });
    },
  };
}
