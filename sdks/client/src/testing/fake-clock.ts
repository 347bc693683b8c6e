import type { Clock } from '../clock.ts';

/** Time that moves only when told. */
export class FakeClock implements Clock {
  #now: number;
  #timers = new Set<{ at: number; run: () => void }>();

  constructor(now: number = Date.parse('2026-11-21T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How long until the next timer; undefined when nobody waits. */
  get nextInMs(): number | undefined {
    return this.#timers.size === 0 ? undefined : this.#earliest().at - this.#now;
  }

  /** Whether somebody waits for exactly this long from now. */
  hasTimerIn(delayMs: number): boolean {
    return [...this.#timers].some((timer) => timer.at === this.#now + delayMs);
  }

  /** Changes the date, as an administrator does; who waits is not concerned. */
  setBack(byMs: number): void {
    this.#now -= byMs;
    for (const timer of this.#timers) timer.at -= byMs;
  }

  advance(byMs: number): void {
    const until = this.#now + byMs;
    while (this.#timers.size > 0 && this.#earliest().at <= until) {
      const timer = this.#earliest();
      this.#now = Math.max(this.#now, timer.at);
      this.#timers.delete(timer);
      timer.run();
    }
    this.#now = until;
  }

  #earliest(): { at: number; run: () => void } {
    return [...this.#timers].reduce((first, timer) => (timer.at < first.at ? timer : first));
  }
}
