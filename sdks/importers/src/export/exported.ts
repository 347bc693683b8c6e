import type { Finding } from '../imported.ts';

/** A file for another system, and what of the ruleset is not in it. */
export interface Exported {
  /** JSON. */
  readonly text: string;
  /** Flags that the other system can not hold exactly, each with the reason. */
  readonly refused: readonly Finding[];
  /** What decides alike and is still worth knowing. */
  readonly warnings: readonly Finding[];
}

/** Ends the export of one flag. */
export class CanNotHold extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}
