import type { EvaluationContext, Fault } from '../evaluation.ts';
import type { Findings } from '../scope.ts';
import { directReader, reader } from './context.ts';
import type { Dialect } from './dialect.ts';

/** In a list of attributes: whoever has none of those before it is put anywhere. */
export const RANDOM = '$random';

/** Whom a rollout or a split is by when it does not say. */
const DEFAULT_BY = ['userId', 'sessionId', RANDOM];

export interface Sticky {
  /** The value to hash; undefined: there is none, and chance decides where `isRandom`. */
  readonly textOf: (context: EvaluationContext) => string | undefined;
  readonly isRandom: boolean;
}

/** By what a hash decides: one attribute or property, or a list of which the first that the context itself has counts. */
export function compileSticky(
  by: readonly string[] | undefined,
  kind: 'rollout' | 'variant',
  { dialect, findings }: { readonly dialect: Dialect; readonly findings: Findings },
): Sticky {
  const all = by ?? DEFAULT_BY;
  const isRandom = all.includes(RANDOM);
  const fields = isRandom ? all.slice(0, all.indexOf(RANDOM)) : all;
  const [only, ...more] = fields;
  if (only === undefined) return { textOf: () => undefined, isRandom };
  if (more.length === 0) {
    const read = reader(only, findings);
    const { hashesEmpty } = dialect;
    return { textOf: (context) => hashed(dialect.textOf(read(context)), hashesEmpty), isRandom };
  }
  const reads = fields.map((field) => directReader(field, findings));
  return {
    textOf: (context) => {
      for (const read of reads) {
        const text = dialect.stickyText(read(context), kind);
        if (text !== undefined) return text;
      }
      return undefined;
    },
    isRandom,
  };
}

function hashed(text: string | undefined, hashesEmpty: boolean): string | undefined {
  return text === '' && !hashesEmpty ? undefined : text;
}

/** Why there is no answer where chance would decide and nobody lent it. */
export const noChance: Fault = {
  errorCode: 'TARGETING_KEY_MISSING',
  errorMessage: 'the context has none of the attributes, and nothing random was given to compile',
};
