import type { Reason } from '@burgee/evaluator';
import { Inject, Injectable } from '@nestjs/common';
import { Counter as Metric, type Registry } from 'prom-client';
import { METRICS } from '../platform.module.ts';

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
  /** How often. */
  count: number;
}

/** How many different missing flags are remembered between two takings. */
const missingKept = 1000;
const storableKey = /^[^\p{Cc}]{1,128}$/u;

/** Counts the evaluations that this process hands out; emptied now and then by the exposure room. */
@Injectable()
export class Tally {
  readonly #counters = new Map<string, Counted>();
  /** Reasons of what is counted without a name. */
  readonly #unnamed = new Map<Reason, Counter>();
  /** By reason, what was taken already. */
  readonly #decided = new Map<Reason, number>();
  readonly #together = new Set<CountedTogether>();
  readonly #missing = new Map<string, Missing>();

  constructor(@Inject(METRICS) metrics: Registry) {
    const decisions = () => this.decisions();
    new Metric({
      name: 'burgee_decisions_total',
      help: 'Decisions handed out, by reason: single ones, and each flag of those asked for together or streamed.',
      labelNames: ['reason'],
      registers: [metrics],
      collect() {
        this.reset();
        for (const [reason, count] of decisions()) this.inc({ reason }, count);
      },
    });
  }

  counter(served: Served, reason: Reason): Counter {
    const { environmentId, flagKey, variant, application, source, throughClientKey } = served;
    const key = JSON.stringify([environmentId, flagKey, variant, application, source, throughClientKey, reason]);
    let found = this.#counters.get(key);
    if (found === undefined) {
      found = { served, reason, counter: { count: 0 } };
      this.#counters.set(key, found);
    }
    return found.counter;
  }

  /** Counts by reason alone. */
  unnamed(reason: Reason): Counter {
    let counter = this.#unnamed.get(reason);
    if (counter === undefined) {
      counter = { count: 0 };
      this.#unnamed.set(reason, counter);
    }
    return counter;
  }

  /** Counts many that are always handed out together with one addition; they are told apart when they are taken. */
  together(counters: readonly Counter[]): CountedTogether {
    return new CountedTogether(counters, this.#together);
  }

  /** Remembers that code asked for a flag that is not there; call it for trusted askers only. */
  miss(environmentId: string, flagKey: string): void {
    const name = `${environmentId} ${flagKey}`;
    const known = this.#missing.get(name);
    if (known !== undefined) known.count += 1;
    else if (this.#missing.size < missingKept && storableKey.test(flagKey)) {
      this.#missing.set(name, { environmentId, flagKey, count: 1 });
    }
  }

  /** Takes what was missed since the previous call. */
  takeMissing(): Missing[] {
    const taken = [...this.#missing.values()];
    this.#missing.clear();
    return taken;
  }

  /** Takes what was counted since the previous call; counters that were not used meanwhile are kept for their holders. */
  take(): (Served & { readonly count: number })[] {
    this.#tellApart();
    const taken: (Served & { count: number })[] = [];
    for (const { served, reason, counter } of this.#counters.values()) {
      if (counter.count === 0) continue;
      taken.push({ ...served, count: counter.count });
      this.#decided.set(reason, (this.#decided.get(reason) ?? 0) + counter.count);
      counter.count = 0;
    }
    return taken;
  }

  /** How many decisions were handed out since the start, by reason. */
  decisions(): ReadonlyMap<Reason, number> {
    this.#tellApart();
    const sums = new Map(this.#decided);
    const add = (reason: Reason, count: number) => sums.set(reason, (sums.get(reason) ?? 0) + count);
    for (const { reason, counter } of this.#counters.values()) add(reason, counter.count);
    for (const [reason, { count }] of this.#unnamed) add(reason, count);
    return sums;
  }

  #tellApart(): void {
    for (const together of this.#together) together.tellApart();
    this.#together.clear();
  }
}

interface Counted {
  readonly served: Served;
  readonly reason: Reason;
  readonly counter: Counter;
}

/** One count for many counters. It is known to the tally only while there is something in it. */
class CountedTogether {
  readonly #counters: readonly Counter[];
  readonly #waiting: Set<CountedTogether>;
  #count = 0;

  constructor(counters: readonly Counter[], waiting: Set<CountedTogether>) {
    this.#counters = counters;
    this.#waiting = waiting;
  }

  add(): void {
    if (this.#count === 0) this.#waiting.add(this);
    this.#count += 1;
  }

  tellApart(): void {
    for (const counter of this.#counters) counter.count += this.#count;
    this.#count = 0;
  }
}

export type { CountedTogether };
