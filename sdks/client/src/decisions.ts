import type { Evaluation } from '@burgee/evaluator';

/** What the service decided for one context; never changed, only replaced. */
export interface Decisions {
  readonly version: string;
  readonly flags: ReadonlyMap<string, Evaluation>;
}

export const nothingDecided: Decisions = { version: '', flags: new Map() };

/**
 * Reads the event `decisions` (everything) or `changed` (a difference) on top of what is held.
 *
 * A decision that says the same as the one held stays the same object, so that nothing downstream is drawn again.
 *
 * @returns undefined when it cannot be understood; what is not known is ignored
 */
export function readDecisions(event: string, data: string, held: Decisions): Decisions | undefined {
  const body = parseObject(data);
  if (!isObject(body) || typeof body.version !== 'string' || !isObject(body.flags)) return undefined;
  const flags = new Map(event === 'changed' ? held.flags : []);
  if (event === 'changed' && Array.isArray(body.removed)) for (const key of body.removed) flags.delete(key);
  for (const [flagKey, said] of Object.entries(body.flags)) {
    const evaluation = readEvaluation(flagKey, said);
    const before = held.flags.get(flagKey);
    if (evaluation) flags.set(flagKey, before && same(before, evaluation) ? before : evaluation);
  }
  return { version: body.version, flags };
}

/** The answer of the service that would lead to these decisions. */
export function writeDecisions(held: Decisions): string {
  return JSON.stringify({ version: held.version, flags: Object.fromEntries(held.flags) });
}

/** As `decisions` from plain values: what an application brings along itself. */
export function decisionsOf(values: Readonly<Record<string, unknown>>): string {
  const flags = Object.entries(values).map(([key, value]) => [key, { value, reason: 'STATIC' }]);
  return JSON.stringify({ version: '', flags: Object.fromEntries(flags) });
}

/** The same decisions, remembered rather than just made. */
export function cached(held: Decisions): Decisions {
  const remember = (evaluation: Evaluation): Evaluation =>
    evaluation.reason === 'ERROR' ? evaluation : { ...evaluation, reason: 'CACHED' };
  return { version: held.version, flags: new Map([...held.flags].map(([key, value]) => [key, remember(value)])) };
}

function readEvaluation(flagKey: string, said: unknown): Evaluation | undefined {
  if (!isObject(said) || typeof said.reason !== 'string') return undefined;
  return { ...said, flagKey } as Evaluation;
}

function same(one: Evaluation, other: Evaluation): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function parseObject(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
