import type { Evaluation } from '@burgee/evaluator';

/** What the service decided for one context, by flag key; never changed, only replaced. */
export type Decisions = ReadonlyMap<string, Evaluation>;

export const nothingDecided: Decisions = new Map();

/**
 * Reads the event `decisions` (everything) or `changed` (a difference) on top of what is held.
 *
 * A decision that says the same as the one held stays the same object, so that nothing downstream is drawn again.
 *
 * @returns undefined when it cannot be understood; what is not known is ignored
 */
export function readDecisions(event: string, data: string, held: Decisions): Decisions | undefined {
  const { flags, removed } = parse(data) as { flags?: unknown; removed?: unknown };
  if (!isObject(flags)) return undefined;
  const decisions = new Map(event === 'changed' ? held : []);
  if (Array.isArray(removed)) for (const key of removed) decisions.delete(key);
  for (const [flagKey, said] of Object.entries(flags)) {
    if (!isObject(said) || typeof said.reason !== 'string') continue;
    const evaluation = { ...said, flagKey } as Evaluation;
    const before = held.get(flagKey);
    decisions.set(flagKey, before && JSON.stringify(before) === JSON.stringify(evaluation) ? before : evaluation);
  }
  return decisions;
}

/** The answer of the service that would lead to these decisions. */
export function writeDecisions(held: Decisions): string {
  return JSON.stringify({ flags: Object.fromEntries(held) });
}

/** Decisions out of plain values: what an application brings along itself. */
export function decisionsFrom(values: Readonly<Record<string, unknown>>): Decisions {
  const decided = ([flagKey, value]: [string, unknown]) =>
    [flagKey, { flagKey, value, reason: 'STATIC' } as Evaluation] as const;
  return new Map(Object.entries(values).map(decided));
}

/** The same as a service would send it: for a static source. */
export function decisionsOf(values: Readonly<Record<string, unknown>>): string {
  return writeDecisions(decisionsFrom(values));
}

/** The same decisions, remembered rather than just made. */
export function cached(held: Decisions): Decisions {
  return new Map([...held].map(([key, evaluation]) => [key, { ...evaluation, reason: 'CACHED' }]));
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
