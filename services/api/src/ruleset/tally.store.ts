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

/** Counts the evaluations that this process hands out; emptied now and then by the exposure room. */
@Injectable()
export class Tally {
  readonly #counters = new Map<string, { readonly served: Served; readonly counter: Counter }>();

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
