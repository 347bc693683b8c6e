import type { Test } from './verdict.ts';
import type { Texts } from './written.ts';

/** What compiling a condition needs. */
export interface ConditionScope {
  /** Spec 0.12: no conversion between types, and unknown operators fail the whole condition. */
  readonly strict: boolean;
  readonly groups: Readonly<Record<string, unknown>>;
  readonly texts: Texts;
  /** Saved groups that this condition is inside of. */
  readonly inside: readonly string[];
  /** The question is about the context itself, not about something in it. */
  readonly isContext: boolean;
  readonly reads: Set<string>;
  /** Takes what we refuse to run. */
  readonly refuse: (message: string) => void;
  /** Saved groups that may still be unfolded in one feature. */
  readonly unfoldings: { left: number };
}

/** The same inside a condition, with the way back to the whole of the language. */
export interface InnerScope extends ConditionScope {
  readonly language: Language;
}

export interface Language {
  condition(condition: unknown, scope: InnerScope): Test;
  value(expected: unknown, scope: InnerScope, ignoreCase: boolean): Test;
}
