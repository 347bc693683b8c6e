/** Lets one call through in `everyMs`, and tells it how many were held back since; for sentences that would fill a log. */
export function seldom(everyMs: number, now: () => number): (say: (suppressed: number) => void) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  let suppressed = 0;
  return (say) => {
    if (now() - saidAt < everyMs) {
      suppressed += 1;
      return;
    }
    saidAt = now();
    say(suppressed);
    suppressed = 0;
  };
}
