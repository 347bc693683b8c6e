import type { Evaluation, EvaluationContext, EvaluationMetadata, Reason } from '../evaluation.ts';
import type { Flag, Json } from '../ruleset.ts';
import type { SemanticsTools } from '../semantics.ts';
import type { Report } from './shape.ts';
import { asWritten, sortedText, type Texts } from './written.ts';

/** What decided, in GrowthBook's words; metadata `source`. */
export type Source = 'defaultValue' | 'force' | 'experiment' | 'prerequisite' | 'cyclicPrerequisite';

/** One decision about a feature; shared by all that come out alike. */
export interface Answer {
  /** null: the code's default. */
  readonly value: Json;
  readonly source: Source;
  readonly evaluation: Evaluation;
}

/** Whom a feature is decided for, and on the way to what. */
export interface Asked {
  readonly context: EvaluationContext;
  readonly now: number;
  readonly path: Path;
  /** Takes sentences for an explanation. */
  readonly note: ((text: string) => void) | undefined;
}

/** The features that are being decided, each because the one below it asked. */
export interface Path {
  readonly key: string;
  readonly below: Path | undefined;
  readonly depth: number;
}

/** Why a value is served. */
export interface Because {
  readonly source: Source;
  readonly reason: Reason;
  readonly ruleId?: string | undefined;
  readonly metadata?: EvaluationMetadata;
}

export interface Answers {
  /** Reports a value that no variant of the flag has. */
  check(value: Json | undefined, path: string): void;
  answer(value: Json | undefined, because: Because): Answer;
}

/** Makes the answers of one flag; each value is one of its variants. */
export function answersOf(
  flag: Flag,
  { outcome }: Pick<SemanticsTools, 'outcome'>,
  texts: Texts,
  report: Report,
): Answers {
  const variants = new Map(Object.entries(flag.variants).map(([name, value]) => [sortedText(value), name]));
  const variantOf = (value: Json | undefined) =>
    value === undefined || value === null ? null : variants.get(sortedText(value));
  return {
    check: (value, path) => {
      if (variantOf(value) === undefined) report(path, 'no variant has this value');
    },
    answer: (value, { source, reason, ruleId, metadata }) =>
      Object.freeze({
        value: asWritten(value ?? null, texts),
        source,
        evaluation: outcome(variantOf(value) ?? null, {
          reason,
          ...(ruleId !== undefined && { ruleId }),
          metadata: Object.freeze({ ...flag.metadata, source, ...(ruleId !== undefined && { ruleId }), ...metadata }),
        }),
      }),
  };
}
