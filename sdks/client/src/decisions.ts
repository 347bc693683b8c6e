import type { Evaluation } from '@burgee/evaluator';
import { jsonType } from './value.ts';

/** What the service decided for one context, by flag key; never changed, only replaced. */
export type Decisions = ReadonlyMap<string, Evaluation>;

export const nothingDecided: Decisions = new Map();

const remembered = { reason: 'CACHED' } as const;

/**
 * Reads the event `decisions` (everything) or `changed` (a difference) on top of what is held; `kept` is everything too,
 * remembered rather than just made.
 *
 * A decision that says the same as the one held stays the same object, so that nothing downstream is drawn again.
 *
 * @returns undefined when it cannot be understood; what is not known is ignored
 */
export function readDecisions(event: string, data: string, held: Decisions = nothingDecided): Decisions | undefined {
  try {
    const { flags, removed } = JSON.parse(data) as { flags?: unknown; removed?: unknown };
    if (!isObject(flags)) return undefined;
    const decisions = new Map(event === 'changed' ? held : []);
    if (Array.isArray(removed)) for (const key of removed) decisions.delete(key);
    for (const [flagKey, said] of Object.entries(flags)) {
      if (!isObject(said) || typeof said.reason !== 'string') continue;
      const evaluation = { ...said, flagKey, ...(event === 'kept' && remembered) } as Evaluation;
      const before = held.get(flagKey);
      decisions.set(flagKey, before && JSON.stringify(before) === JSON.stringify(evaluation) ? before : evaluation);
    }
    return decisions;
  } catch {
    return undefined;
  }
}

/** The answer of the service that would lead to these decisions. */
export function writeDecisions(held: Decisions): string {
  return JSON.stringify({ flags: Object.fromEntries(held) });
}

/** Decisions out of plain values: what an application brings along itself. */
export function decisionsFrom(values: Readonly<Record<string, unknown>>, reason: Evaluation['reason']): Decisions {
  return new Map(Object.entries(values).map(([flagKey, value]) => [flagKey, { flagKey, value, reason } as Evaluation]));
}

/** The same as a service would send it: for a static source. */
export function decisionsOf(values: Readonly<Record<string, unknown>>): string {
  return writeDecisions(decisionsFrom(values, 'STATIC'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return jsonType(value) === 'object';
}
