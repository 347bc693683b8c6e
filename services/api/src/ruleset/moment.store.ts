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
  /** Of which whoever waits to be called back knows. */
  #told: { readonly snapshot: Snapshot; readonly moment: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The instant that stands for now in every decision of this snapshot. */
  of(snapshot: Snapshot): number {
    const now = this.#clock();
    // a clock that was set back before the moment may be before other changes too
    if (this.#snapshot !== snapshot || now >= this.#nextChange || now < this.#moment) {
      const next = (at: number) => nextChangeAt(snapshot.compiled, at);
      this.#snapshot = snapshot;
      this.#moment = momentAt(next, now);
      this.#nextChange = next(now) ?? Number.POSITIVE_INFINITY;
    }
    return this.#moment;
  }

  /**
   * Calls back at each change by the clock, at most once a second, until {@link rest} or another snapshot; and at once
   * when there was one since the call before, however late timers are after a process stood still.
   */
  wake(snapshot: Snapshot, callback: () => void): void {
    clearTimeout(this.#timer);
    const moment = this.of(snapshot);
    const told = this.#told;
    this.#told = { snapshot, moment };
    if (told?.snapshot === snapshot && told.moment !== moment) callback();
    if (this.#nextChange === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(Math.max(this.#nextChange - this.#clock(), leastStepMs), longestTimerMs);
    this.#timer = setTimeout(() => this.wake(snapshot, callback), waitMs).unref();
  }

  rest(): void {
    clearTimeout(this.#timer);
    this.#told = undefined;
  }
}

const leastStepMs = 1000;
const longestTimerMs = 2 ** 31 - 1;
