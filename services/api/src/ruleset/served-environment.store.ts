import type { Clock } from '../platform.module.ts';
import { Moments } from './moment.store.ts';
import type { Change, Snapshot } from './snapshot.ts';

/** One environment as it is served: its snapshot, its clock, and who wants to know of changes. */
export class ServedEnvironment {
  readonly #moments: Moments;
  readonly #listeners = new Set<(change: Change) => void>();
  #snapshot: Snapshot | undefined;

  constructor(clock: Clock) {
    this.#moments = new Moments(clock);
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /** The instant that stands for now in every decision of this snapshot until the next change by the clock. */
  momentOf(snapshot: Snapshot): number {
    return this.#moments.of(snapshot);
  }

  /** Exchanges the snapshot, whole; whoever listens is told. */
  publish(next: Snapshot, changedAt: number | undefined): void {
    const previous = this.#snapshot;
    this.#snapshot = next;
    // before it is announced: a change by the clock from now on is told once more
    this.rewind();
    if (previous !== undefined) this.#announce({ previous, next, changedAt });
  }

  /** There is nothing to serve any more. */
  withdraw(): void {
    this.#snapshot = undefined;
    this.rewind();
  }

  /** Calls back after every change; returns the undo. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    this.rewind();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Sets the alarm for the next change by the clock anew; one that went by unnoticed is told now. */
  rewind(): void {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || this.#listeners.size === 0) this.#moments.rest();
    else
      this.#moments.wake(snapshot, () => this.#announce({ previous: snapshot, next: snapshot, changedAt: undefined }));
  }

  rest(): void {
    this.#moments.rest();
  }

  #announce(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
