import type { Problem } from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import { BurgeeError } from '../errors.ts';

/**
 * Refuses rules or conditions with a regular expression that does not compile: the one thing that the database cannot
 * tell. Whatever else is wrong with them it leaves to the database, so that every door says the same.
 *
 * @param path where they stand in the flag or segment, such as `rules`
 */
export function refuseBadPatterns(code: 'INVALID_FLAG' | 'INVALID_SEGMENT', definition: unknown, path: string): void {
  const problems = [...badPatterns(definition, path, 0)];
  const [first] = problems;
  if (first === undefined) return;
  throw new BurgeeError(code, `${first.path}: ${first.message}`, { problems });
}

/** Deeper than any valid definition; the database names the limit. */
const deepest = 40;

function* badPatterns(value: unknown, path: string, depth: number): Generator<Problem> {
  if (depth > deepest || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) yield* badPatterns(inner, `${path}[${index}]`, depth + 1);
    return;
  }
  const { op, values } = value as { op?: unknown; values?: unknown };
  if (op === 'matches' && Array.isArray(values)) {
    for (const [index, pattern] of values.entries()) {
      const message = typeof pattern === 'string' ? faultOf(pattern) : undefined;
      if (message !== undefined) yield { path: `${path}.values[${index}]`, message };
    }
    return;
  }
  for (const [key, inner] of Object.entries(value)) yield* badPatterns(inner, `${path}.${key}`, depth + 1);
}

function faultOf(pattern: string): string | undefined {
  try {
    regexEngine.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
