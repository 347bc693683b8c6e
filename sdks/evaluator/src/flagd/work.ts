/** What ends a targeting that Go's evaluator can not finish: the flag becomes a `PARSE_ERROR`. */
export class Undecidable {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** One decision on its way; `left` bounds what data may make it cost. */
export interface Work {
  /** The context as it came, without `$flagd`. */
  readonly root: object;
  readonly flagd: { readonly flagKey: string; readonly timestamp: number };
  left: number;
  /** How deep data that is itself logic is being followed. */
  depth: number;
}

/** Logic ready to run against data. */
export type Run = (data: unknown, work: Work) => unknown;

/** A targeting is refused beyond this many levels; flags on the wire have at most 64. */
export const LEVELS = 200;

/** How often a decision follows logic that came out of the data. */
export const FOLLOWED = 16;

/** Steps and characters that one decision may take. */
export const STEPS = 1_000_000;

/** Takes steps away; ends the decision when none are left. */
export function spend(work: Work, steps: number): void {
  work.left -= steps;
  if (work.left < 0) throw new Undecidable('the targeting takes too long');
}
