import { healthyAfterMs, waitBefore } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Failure, Message, Report, Source } from './sources/source.ts';

/** Attempts that gave nothing before the next source has its turn. */
const missesAllowed = 3;
/** How long the second source serves before the preferred one is tried again. */
const secondChoiceMs = 300_000;

export interface ConnectionOptions {
  /** The preferred one first. */
  sources: readonly [Source, ...Source[]];
  clock: Clock;
  random: () => number;
  /** Says whether the message made sense; a senseless one ends the attempt. */
  onMessage: (message: Message) => boolean;
  /** Says whether this confirms what is held. */
  onQuiet: (report: 'alive' | 'unchanged') => boolean;
  onFailure: (failure: Failure) => void;
}

/** Keeps one source open: waits after failures, and changes to the second source when the first is of no use. */
export class Connection {
  readonly #options: ConnectionOptions;
  #current = 0;
  #failures = 0;
  #misses = 0;
  #healthySince: number | undefined;
  /** Reports of an attempt that is over carry an older number. */
  #attempt = 0;
  #stop: () => void = () => {};
  #stopWaiting: () => void = () => {};
  #notBefore = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  open(): void {
    this.close();
    const attempt = ++this.#attempt;
    const source = this.#options.sources[this.#current] ?? this.#options.sources[0];
    const stop = source.open((report) => {
      if (attempt === this.#attempt) this.#judge(report);
    });
    if (attempt === this.#attempt) this.#stop = stop;
    else stop();
  }

  /** Opens anew for a changed request, unless the server asked for silence; answers whether it did. */
  reopen(): boolean {
    if (this.#options.clock.now() < this.#notBefore) return false;
    this.open();
    return true;
  }

  close(): void {
    this.#attempt++;
    this.#stopWaiting();
    this.#stop();
  }

  #judge(report: Report): void {
    if (report.kind === 'failed') this.#retry(report.failure);
    else if (report.kind !== 'message') {
      if (this.#options.onQuiet(report.kind)) this.#thrive();
    } else if (this.#options.onMessage(report)) this.#thrive();
    else this.#retry({ cause: 'broken', detail: `event ${report.event} was not understood` });
  }

  #thrive(): void {
    if (this.#healthySince !== undefined) return;
    this.#healthySince = this.#options.clock.now();
    if (this.#current === 0) this.#misses = 0;
    else this.#stopWaiting = this.#options.clock.after(secondChoiceMs, () => this.#preferred());
  }

  #preferred(): void {
    this.#current = 0;
    this.open();
  }

  #retry(failure: Failure): void {
    const { clock, random, sources } = this.#options;
    this.close();
    const now = clock.now();
    const healthyMs = this.#healthySince === undefined ? 0 : now - this.#healthySince;
    if (healthyMs >= healthyAfterMs) this.#failures = 0;
    this.#healthySince = undefined;
    const waitMs = waitBefore({ failures: this.#failures++, failure, now, random: random() });
    const asked = failure.cause === 'refused' || failure.retryAfter !== undefined;
    this.#notBefore = asked ? now + waitMs : 0;
    if (failure.cause === 'unusable') this.#misses = missesAllowed;
    else if (!asked) this.#misses++;
    this.#current = this.#current === 0 && this.#misses >= missesAllowed ? Math.min(1, sources.length - 1) : 0;
    this.#stopWaiting = clock.after(waitMs, () => this.open());
    this.#options.onFailure(failure);
  }
}
