/** What a peer is asked: where SDKs of one specification differ among themselves, it is not asked. */
export interface Dialect {
  /** Conditions of experiments; the Python SDK judges them before forced variations and sticky buckets, the others after. */
  readonly conditions: boolean;
  readonly sticky: boolean;
  /** The Python SDK passes over a rule that forces null, reads an empty attribute name, and has no hash version 0 in filters. */
  readonly python: boolean;
}
