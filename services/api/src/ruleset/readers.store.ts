/** How many readers have their turn before requests are answered in between. */
export const readersPerTurn = 200;

/**
 * Readers of something that changes, brought to its newest state in turns.
 *
 * There is one pass at a time. A change that comes during a pass starts another one after it, and whoever is brought is
 * brought to what is newest then: so nobody is led back to an older state, whatever readers come and go meanwhile.
 */
export class Readers<T> {
  readonly #all = new Set<T>();
  readonly #bring: (reader: T) => void;
  readonly #brought: (changedAts: readonly number[]) => void;
  #pass: Iterator<T> | undefined;
  #isBehind = false;
  /** Instants of the changes that the running pass brings, and of those that came since it began. */
  #bringing: number[] = [];
  #waiting: number[] = [];

  /**
   * @param bring   brings one reader to the newest state, from whichever it has
   * @param brought told, after each pass, the instants of the changes that all readers have been brought now
   */
  constructor(bring: (reader: T) => void, brought: (changedAts: readonly number[]) => void = () => {}) {
    this.#bring = bring;
    this.#brought = brought;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#all.values();
  }

  /** Adds a reader that has the newest state already; returns the undo. */
  add(reader: T): () => void {
    this.#all.add(reader);
    return () => {
      this.#all.delete(reader);
    };
  }

  /** Brings all readers to the newest state, the first of them before this returns. */
  spread(...changedAt: readonly (number | undefined)[]): void {
    for (const at of changedAt) if (at !== undefined && this.size > 0) this.#waiting.push(at);
    if (this.#pass !== undefined) this.#isBehind = true;
    else this.#begin();
  }

  #begin(): void {
    this.#isBehind = false;
    [this.#bringing, this.#waiting] = [this.#waiting, []];
    this.#turn(this.#all.values());
  }

  /** A set's iterator passes over those who went away, and comes to those who are new. */
  #turn(pass: Iterator<T>): void {
    this.#pass = pass;
    for (let count = 0; count < readersPerTurn; count += 1) {
      const { done, value } = pass.next();
      if (done === true) {
        this.#end();
        return;
      }
      this.#bring(value);
    }
    setImmediate(() => this.#turn(pass));
  }

  #end(): void {
    this.#pass = undefined;
    this.#brought(this.#bringing);
    if (this.#isBehind) setImmediate(() => this.#pass === undefined && this.#isBehind && this.#begin());
  }
}
