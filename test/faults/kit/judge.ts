import { type Answer, type Model, saidBy } from './model.ts';
import type { Tally } from './tally.ts';

/** When answers were given that may be out of date because of a fault. */
interface Outage {
  readonly from: number;
  until: number;
}

export interface Staleness {
  /** How far behind an answer may be while nothing is broken. */
  readonly budgetMs: number;
  /** How long after the end of an outage everything must be fresh again. */
  readonly afterOutageMs: number;
}

/** Compares answers with the model. */
export class Judge {
  readonly #model: Model;
  readonly #tally: Tally;
  readonly #staleness: Staleness | undefined;
  readonly #outages: Outage[] = [];
  /** Bulk answers that were compared before, by context and text. */
  readonly #known = new Map<string, number>();

  /** @param staleness  undefined: how old answers are is only noted */
  constructor(model: Model, tally: Tally, staleness: Staleness | undefined) {
    this.#model = model;
    this.#tally = tally;
    this.#staleness = staleness;
  }

  /** From now until the answer is called, replicas may be behind. */
  outage(): () => void {
    const outage: Outage = { from: performance.now(), until: Number.POSITIVE_INFINITY };
    this.#outages.push(outage);
    return () => {
      outage.until = performance.now();
    };
  }

  /** One flag's answer, whose version nobody tells. */
  single(key: string, context: number, asked: { answer: Answer; sentAt: number }): void {
    this.#tally.checked += 1;
    const said = saidBy(asked.answer);
    const ordinal = this.#model.newestSaying(key, context, said);
    if (ordinal === undefined) this.#unfit(key, said, asked.answer);
    else this.#age(ordinal, asked.sentAt, key);
  }

  /** All flags of one version. */
  whole(context: number, entries: ReadonlyMap<string, Answer>, from: { version: string; sentAt: number }): number {
    const ordinal = this.#model.ordinalOf(from.version);
    if (!(ordinal <= this.#model.begun)) {
      this.#tally.add('future', `version ${from.version} after ${this.#model.begun} writes`);
      return ordinal;
    }
    this.#age(ordinal, from.sentAt, from.version);
    for (const key of this.#model.keys) {
      const answer = entries.get(key);
      if (answer === undefined) this.#tally.add('wrong', `${key} is not in version ${from.version}`);
      else this.at(key, context, { answer, ordinal });
    }
    for (const key of entries.keys())
      if (this.#model.saidAt(key, 0, context) === undefined && !this.#model.foreign.has(key))
        this.#tally.add('wrong', `${key} is in version ${from.version}, and nobody made it`);
    return ordinal;
  }

  /** "What you have is still right": counts as an answer of that version. */
  confirmed(version: string, sentAt: number): void {
    this.#tally.checked += 1;
    this.#age(this.#model.ordinalOf(version), sentAt, version);
  }

  /** A text that was judged before for the same context and version is not taken apart again. */
  isKnown(context: number, version: string, text: string, sentAt: number): boolean {
    const ordinal = this.#known.get(`${context} ${text}`);
    if (ordinal === undefined) return false;
    this.#tally.checked += this.#model.keys.length;
    this.#age(ordinal, sentAt, version);
    return true;
  }

  remember(context: number, text: string, ordinal: number): void {
    if (this.#known.size > 400) this.#known.clear();
    this.#known.set(`${context} ${text}`, ordinal);
  }

  /** One flag of a version that is known. */
  at(key: string, context: number, { answer, ordinal }: { answer: Answer; ordinal: number }): void {
    if (this.#model.foreign.has(key)) return;
    this.#tally.checked += 1;
    const expected = this.#model.saidAt(key, ordinal, context);
    const said = saidBy(answer);
    if (expected === undefined || !this.#model.isSame(expected, said))
      this.#tally.add('wrong', `${key} of write ${ordinal} for context ${context} says ${said}, not ${expected}`);
  }

  #unfit(key: string, said: string, answer: Answer): void {
    const isAhead = key.startsWith('count-') && typeof answer.value === 'number' && answer.value > this.#model.begun;
    this.#tally.add(isAhead ? 'future' : 'wrong', `${key} says ${said}, which it never did`);
  }

  /** Notes how far behind a version was when it was asked for. */
  #age(ordinal: number, sentAt: number, what: string): void {
    const behindMs = this.#model.behindMs(ordinal, sentAt);
    if (behindMs === 0 || this.#isExcused(sentAt)) return;
    this.#tally.stalestMs = Math.max(this.#tally.stalestMs, behindMs);
    if (this.#staleness !== undefined && behindMs > this.#staleness.budgetMs)
      this.#tally.add('stale', `${what} was ${Math.round(behindMs)} ms behind`);
  }

  #isExcused(at: number): boolean {
    const after = this.#staleness?.afterOutageMs ?? 3000;
    return this.#outages.some((outage) => at >= outage.from && at <= outage.until + after);
  }
}
