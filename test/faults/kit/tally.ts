/** What rule R0 counts, and what a fault adds to it. */
export class Tally {
  /** Answers that were compared with the model: entries of bulk answers and of streams count each. */
  checked = 0;
  /** Requests that got no answer, or one that is no evaluation. */
  failed = 0;
  /** Requests that were answered only by their second try, on a fresh connection. */
  retried = 0;
  /** Fit no version at all. */
  wrong = 0;
  /** Of a version that nobody has begun to write. */
  future = 0;
  /** Older than the stated budget outside of an outage. */
  stale = 0;
  /** Changes that a stream passed over. */
  missed = 0;
  doubled = 0;
  outOfOrder = 0;
  /** Acknowledged writes that are not there. */
  lost = 0;
  /** Writes that are there and were never asked for, or were refused. */
  ghosts = 0;
  acknowledged = 0;
  /** The longest that an answer was behind, outside of an outage. */
  stalestMs = 0;
  readonly latenciesMs: number[] = [];
  /** Of requests that were refused with 503 and told when to come again, where that may be. */
  readonly shedMs: number[] = [];
  /** From the acknowledgement of a write to its event on a decision stream. */
  readonly propagationsMs: number[] = [];
  /** The first few of each sort of trouble, in words. */
  readonly examples: string[] = [];

  add(kind: Trouble, example: string): void {
    this[kind] += 1;
    if (this[kind] <= 3) this.examples.push(`${kind}: ${example}`.slice(0, 400));
  }

  /** Empty when rule R0 holds. */
  troubles(): string[] {
    return troubles.filter((kind) => this[kind] > 0).map((kind) => `${kind} ${this[kind]}`);
  }
}

/** The value below which this share of the list lies; 0 for an empty one. */
export function percentile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The most of these moments that fell into any window of this length. */
export function peakWithin(at: readonly number[], windowMs: number): number {
  return Math.max(0, ...at.map((from) => at.filter((one) => one >= from && one < from + windowMs).length));
}

const troubles = ['failed', 'wrong', 'future', 'stale', 'missed', 'doubled', 'outOfOrder', 'lost', 'ghosts'] as const;
export type Trouble = (typeof troubles)[number];
