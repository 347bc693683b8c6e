import { nextChangeAt } from '@burgee/evaluator';
import type { Clock } from '../platform.module.ts';
import { momentAt } from './moment.ts';
import type { Snapshot } from './snapshot.ts';

/** The clock of one environment's decisions: it stands still between two instants at which one of them can change. */
export class Moments {
  readonly #clock: Clock;
  #snapshot: Snapshot | undefined;
  #moment = 0;
  #nextChange = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The instant that stands for now in every decision of this snapshot. */
  of(snapshot: Snapshot): number {
    const now = this.#clock();
    if (this.#snapshot !== snapshot || now >= this.#nextChange) {
      const next = (at: number) => nextChangeAt(snapshot.compiled, at);
      this.#snapshot = snapshot;
      this.#moment = momentAt(next, now);
      this.#nextChange = next(now) ?? Number.POSITIVE_INFINITY;
    }
    return this.#moment;
  }

  /** Calls back at each next change by the clock, at most once a second, until {@link rest} or another snapshot. */
  wake(snapshot: Snapshot, callback: () => void): void {
    this.rest();
    this.of(snapshot);
    if (this.#nextChange === Number.POSITIVE_INFINITY) return;
    const due = this.#nextChange;
    const waitMs = Math.min(Math.max(due - this.#clock(), leastStepMs), longestTimerMs);
    this.#timer = setTimeout(() => {
      if (this.#clock() >= due) callback();
      this.wake(snapshot, callback);
    }, waitMs).unref();
  }

  rest(): void {
    clearTimeout(this.#timer);
  }
}

const leastStepMs = 1000;
const longestTimerMs = 2 ** 31 - 1;
