import { compile, type EvaluationContext, evaluate, type Flag } from '@burgee/evaluator';
import { contexts } from './world.ts';

/** What an answer says, in one text that two answers can be compared by. */
export type Said = string;

interface State {
  /** The write that made it; 0: there before. */
  readonly ordinal: number;
  readonly flag: Flag;
  readonly said: Map<number, Said>;
}

interface Write {
  readonly key: string;
  readonly begunAt: number;
  acknowledgedAt: number | undefined;
}

/**
 * Knows, for each write, what every flag answers to every context from then on. One writer, one environment: the n-th write
 * makes version base + n.
 */
export class Model {
  readonly #base: number;
  readonly #states = new Map<string, State[]>();
  readonly #writes: Write[] = [];
  /** Revisions that writers know, by flag. */
  readonly revisions = new Map<string, number>();
  /** Keys that somebody planted past the model: their answers are the fault's own business. */
  readonly foreign = new Set<string>();
  /** While a replica may serve from its disk. */
  mayBeCached = false;

  /** @param base  how far the environment's version had counted before the first write */
  constructor(flags: readonly Flag[], base: number) {
    this.#base = base;
    for (const flag of flags) this.#states.set(flag.key, [{ ordinal: 0, flag, said: new Map() }]);
  }

  get keys(): readonly string[] {
    return [...this.#states.keys()];
  }

  /** Of the newest write that was begun. */
  get begun(): number {
    return this.#writes.length;
  }

  /** When the newest write was acknowledged; undefined while it is under way. */
  get lastAcknowledgedAt(): number | undefined {
    return this.#writes.at(-1)?.acknowledgedAt;
  }

  /** Says that a write is on its way; from now on it may be seen. */
  begin(flag: Flag, now: number): number {
    this.#writes.push({ key: flag.key, begunAt: now, acknowledgedAt: undefined });
    this.#statesOf(flag.key).push({ ordinal: this.begun, flag, said: new Map() });
    return this.begun;
  }

  /** Counts a version that changes none of the model's flags; it is not in the audit log. */
  skip(now: number): void {
    this.#writes.push({ key: '', begunAt: now, acknowledgedAt: now });
  }

  /** True for a version that {@link skip} counted. */
  isSkipped(ordinal: number): boolean {
    return this.#writes[ordinal - 1]?.key === '';
  }

  acknowledge(ordinal: number, now: number): void {
    this.#writes[ordinal - 1]!.acknowledgedAt = now;
  }

  newest(key: string): Flag {
    return this.#statesOf(key).at(-1)!.flag;
  }

  /** The write that a version text counts to. */
  ordinalOf(version: string): number {
    return Number(/^(\d+)\./.exec(version)?.[1] ?? Number.NaN) - this.#base;
  }

  /** What the flag says after that write. */
  saidAt(key: string, ordinal: number, context: number): Said | undefined {
    const state = this.#states.get(key)?.findLast((one) => one.ordinal <= ordinal);
    return state && this.#said(state, context);
  }

  flagAt(key: string, ordinal: number): Flag | undefined {
    return this.#states.get(key)?.findLast((one) => one.ordinal <= ordinal)?.flag;
  }

  /** Writes at which the flag said this, the newest first; undefined: it never did. */
  newestSaying(key: string, context: number, said: Said): number | undefined {
    const fits = (state: State) => this.isSame(this.#said(state, context), said);
    const found = this.#states.get(key)?.findLast(fits);
    if (found === undefined) return undefined;
    // it holds until the flag's next write
    const next = this.#states.get(key)?.find((state) => state.ordinal > found.ordinal);
    return next === undefined ? this.begun : next.ordinal - 1;
  }

  /** Keys that say something else after `to` than after `from`. */
  changedBetween(from: number, to: number, context: number): string[] {
    const keys = new Set(this.#writes.slice(from, to).map((write) => write.key));
    return [...keys].filter((key) => this.saidAt(key, from, context) !== this.saidAt(key, to, context));
  }

  /** For how long what was current at `ordinal` was out of date at `at`; 0: it was not. */
  behindMs(ordinal: number, at: number): number {
    const supersededAt = this.#writes[ordinal]?.acknowledgedAt;
    return supersededAt === undefined ? 0 : Math.max(0, at - supersededAt);
  }

  isSame(expected: Said, said: Said): boolean {
    return expected === said || (this.mayBeCached && !expected.includes('"ERROR"') && asCached(expected) === said);
  }

  #said(state: State, context: number): Said {
    let said = state.said.get(context);
    if (said === undefined) {
      said = saidBy(deciding(state.flag, contexts[context] ?? {}));
      state.said.set(context, said);
    }
    return said;
  }

  #statesOf(key: string): State[] {
    const states = this.#states.get(key);
    if (states === undefined) throw new Error(`the model has no flag ${key}`);
    return states;
  }
}

/** What is compared of an answer, by whichever door it came. */
export interface Answer {
  readonly value?: unknown;
  readonly variant?: string | undefined;
  readonly reason?: string | undefined;
  readonly errorCode?: string | undefined;
}

export function saidBy({ value, variant, reason, errorCode }: Answer): Said {
  if (errorCode !== undefined) return JSON.stringify([null, null, 'ERROR', errorCode]);
  return JSON.stringify([value ?? null, variant ?? '', reason, null]);
}

function asCached(said: Said): Said {
  const [value, variant] = JSON.parse(said) as unknown[];
  return JSON.stringify([value, variant, 'CACHED', null]);
}

function deciding(flag: Flag, context: EvaluationContext): Answer {
  const ruleset = {
    format: 1,
    environment: 'test',
    version: '1.model',
    flags: { [flag.key]: flag },
    segments: {},
  } as const;
  return evaluate(compile(ruleset), flag.key, context, 0);
}
