import { Injectable } from '@nestjs/common';

/** What is counted together. */
export interface Served {
  readonly environmentId: string;
  readonly flagKey: string;
  readonly variant: string | null;
  readonly application: string;
  /** `used`: one flag was asked for; `delivered`: all were, wanted or not. */
  readonly source: 'used' | 'delivered';
  readonly throughClientKey: boolean;
}

/** A count that a hot path adds to; it holds on to it, so that counting is one addition. */
export interface Counter {
  count: number;
}

/** A flag that is not there and was asked for. */
export interface Missing {
  readonly environmentId: string;
  readonly flagKey: string;
}

/** How many different missing flags are remembered between two takings. */
const missingKept = 1000;
const storableKey = /^[^\p{Cc}]{1,128}$/u;

/** Counts the evaluations that this process hands out; emptied now and then by the exposure room. */
@Injectable()
export class Tally {
  readonly #counters = new Map<string, { readonly served: Served; readonly counter: Counter }>();

  readonly #missing: Missing[] = [];

  counter(served: Served): Counter {
    const { environmentId, flagKey, variant, application, source, throughClientKey } = served;
    const key = JSON.stringify([environmentId, flagKey, variant, application, source, throughClientKey]);
    let found = this.#counters.get(key);
    if (found === undefined) {
      found = { served, counter: { count: 0 } };
      this.#counters.set(key, found);
    }
    return found.counter;
  }

  /** Remembers that code asked for a flag that is not there; call it for trusted askers only. */
  miss(missing: Missing): void {
    if (this.#missing.length < missingKept && storableKey.test(missing.flagKey)) this.#missing.push(missing);
  }

  /** Takes what was missed since the previous call. */
  takeMissing(): Missing[] {
    return this.#missing.splice(0);
  }

  /** Takes what was counted since the previous call; counters that were not used meanwhile are kept for their holders. */
  take(): (Served & { readonly count: number })[] {
    const taken: (Served & { count: number })[] = [];
    for (const { served, counter } of this.#counters.values()) {
      if (counter.count > 0) taken.push({ ...served, count: counter.count });
      counter.count = 0;
    }
    return taken;
  }
}
