import type { EvaluationContext } from '@burgee/evaluator';
import { BurgeeError } from '../errors.ts';

/** Limits of a context; its bytes are limited by the body. */
export const contextLimits = { levels: 32, keys: 1000, targetingKeyBytes: 1024 } as const;

const nobody: EvaluationContext = Object.freeze({});

/**
 * Takes the context out of a request's body; a body without one is a context without attributes.
 *
 * @throws INVALID_CONTEXT with the limit or the type that was missed
 */
export function contextIn(body: unknown): EvaluationContext {
  if (body === undefined) return nobody;
  if (!isObject(body)) throw invalid('body must be an object with a context');
  const { context } = body;
  if (context === undefined) return nobody;
  if (!isObject(context)) throw invalid('context must be an object');
  const { targetingKey } = context;
  if (targetingKey !== undefined && !isShortText(targetingKey)) {
    throw invalid('context.targetingKey must be a string of at most 1,024 bytes');
  }
  if (countKeys(context, 1) > contextLimits.keys)
    throw invalid('context is too large: at most 1,000 keys and list entries');
  return context as EvaluationContext;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShortText(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  // a character is at most three bytes of UTF-8 for each of its code units
  const isSurelyShort = value.length * 3 <= contextLimits.targetingKeyBytes;
  return isSurelyShort || new TextEncoder().encode(value).length <= contextLimits.targetingKeyBytes;
}

/** Counts keys and list entries of all levels; stops at the first level too many. */
function countKeys(value: object, level: number): number {
  if (level > contextLimits.levels) throw invalid('context is too deep: at most 32 levels');
  const inner = Array.isArray(value) ? (value as unknown[]) : Object.values(value);
  let keys = inner.length;
  for (const item of inner) {
    if (typeof item === 'object' && item !== null) keys += countKeys(item, level + 1);
    // JSON has no word for it, so it would count as null where contexts are compared
    else if (item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY) {
      throw invalid('a number of the context is too large: at most 1.8e308');
    }
  }
  return keys;
}

function invalid(message: string): BurgeeError {
  return new BurgeeError('INVALID_CONTEXT', message);
}
