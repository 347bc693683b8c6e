import type { RawRuleset } from './assemble.ts';

/** More than this at one load and the last good ruleset is kept. */
export const rulesetLimits = { bytes: 8 * 1024 * 1024, flags: 10_000 } as const;

/** A ruleset that is not served, whatever stands in it; the last good one stays. */
export class RefusedRuleset extends Error {
  override readonly name = 'RefusedRuleset';
  readonly version: string;

  constructor(version: string, message: string) {
    super(message);
    this.version = version;
  }
}

/** A ruleset as it was read. */
interface ReadRuleset {
  readonly version: string;
  readonly text: string;
  /** How many rows its flags were made of; undefined: not known. */
  readonly flagRows?: number;
}

/**
 * Judges a ruleset as a whole, before anything in it is looked at.
 *
 * @throws RefusedRuleset when it is over a limit, or when rows were doubled
 */
export function rawRuleset({ version, text, flagRows }: ReadRuleset): RawRuleset {
  // a text has at least a byte for each of its code units
  if (text.length > rulesetLimits.bytes || Buffer.byteLength(text) > rulesetLimits.bytes) {
    throw new RefusedRuleset(version, `a ruleset has at most ${rulesetLimits.bytes} bytes`);
  }
  const raw = JSON.parse(text) as RawRuleset;
  const flags = Object.keys(raw.flags).length;
  if (flags > rulesetLimits.flags)
    throw new RefusedRuleset(version, `a ruleset has at most ${rulesetLimits.flags} flags`);
  if (flagRows !== undefined && flagRows !== flags) {
    throw new RefusedRuleset(version, `${flagRows} rows hold ${flags} flags: some are there more than once`);
  }
  return raw;
}
