import type { Answer, Answers, Asked } from './answers.ts';
import type { ConditionScope } from './condition-scope.ts';
import type { Report } from './shape.ts';

/** What compiling one feature needs. */
export interface FeatureScope {
  /** The feature's key, which is the seed where a rule has none. */
  readonly key: string;
  readonly condition: ConditionScope;
  readonly report: Report;
  /** Contextual bandits by reference. */
  readonly bandits: Readonly<Record<string, unknown>>;
  readonly answers: Answers;
  readonly askParent: AskParent;
}

/** Decides the feature, or other flag, of a key as it stands for the same context. */
export type AskParent = (key: string, asked: Asked) => Pick<Answer, 'value' | 'source'>;

/** undefined: the rule does not count. */
export type CompiledRule = (asked: Asked) => Answer | undefined;
