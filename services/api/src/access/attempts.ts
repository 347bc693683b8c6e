/** Counts attempts per name within a window; bounded in memory, the clock is given. */
export interface Attempts {
  /** Counts one more; gives the seconds to wait when there were too many, else undefined. */
  count(name: string, nowMs: number): number | undefined;
  /** Forgets a name, because its attempt succeeded. */
  forget(name: string): void;
}

export function attempts({ most, windowMs }: { readonly most: number; readonly windowMs: number }): Attempts {
  const windows = new Map<string, { readonly since: number; count: number }>();
  return {
    count(name, nowMs) {
      const known = windows.get(name);
      const isOpen = known !== undefined && nowMs - known.since < windowMs;
      const window = isOpen ? known : { since: nowMs, count: 0 };
      if (!isOpen) {
        makeRoom(windows, nowMs - windowMs);
        windows.set(name, window);
      }
      window.count += 1;
      return window.count > most ? Math.ceil((window.since + windowMs - nowMs) / 1000) : undefined;
    },
    forget: (name) => void windows.delete(name),
  };
}

/** One spelling for an e-mail address, however it was typed: what people and limits go by. */
export function canonicalEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}

const mostNames = 10_000;

/** Drops what has ended and, when names still crowd in, the oldest: a flood of names must not fill the memory. */
function makeRoom(windows: Map<string, { readonly since: number }>, endedAt: number): void {
  if (windows.size < mostNames) return;
  for (const [name, { since }] of windows) if (since <= endedAt) windows.delete(name);
  for (const name of windows.keys()) {
    if (windows.size < mostNames) return;
    windows.delete(name);
  }
}
