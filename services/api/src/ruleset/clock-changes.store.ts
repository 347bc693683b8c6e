import type { Change } from './snapshot.ts';

/** Whoever is only told to ask again hears of the clock this often at most. */
export const clockChangesApartMs = 30_000;

/**
 * Passes changes on, those that only the clock made at least 30 s apart: a ramp moves every few seconds, and hardly
 * anybody's answer with it. The first is passed on at once, the last is never lost.
 */
export function clockChangesApart(tell: (change: Change) => void): (change: Change) => void {
  let isResting = false;
  let waiting: Change | undefined;
  function pass(change: Change): void {
    isResting = true;
    setTimeout(() => {
      isResting = false;
      const last = waiting;
      waiting = undefined;
      if (last !== undefined) pass(last);
    }, clockChangesApartMs).unref();
    tell(change);
  }
  return (change) => {
    const isByClock = change.previous === change.next;
    if (isByClock && isResting) waiting = change;
    else if (isByClock) pass(change);
    else {
      waiting = undefined; // who asks for the new version meets the clock of today
      tell(change);
    }
  };
}
