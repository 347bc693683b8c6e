import type { Matcher, Step } from './compiled.ts';
import type { Evaluation, EvaluationContext } from './evaluation.ts';
import type { OutcomeSet } from './outcomes.ts';
import type { Condition, Flag } from './ruleset.ts';
import type { Findings, RegexEngine } from './scope.ts';
import type { Outcome } from './serve.ts';

/** Decides an enabled flag; may throw only where the context does. */
export type Decider = (context: EvaluationContext, now: number) => Evaluation;

/**
 * Whose conditions and hashing a flag follows, when they are not Burgee's own.
 *
 * Each is an entry of its own, such as `@burgee/evaluator/flagd-2`; `compile` takes those that an application needs.
 */
export interface Semantics {
  /** As a flag's `semantics` has it. */
  readonly name: string;
  /** Makes an enabled flag ready; faults go to `tools.findings.problems`, and it may throw. */
  compileFlag(flag: Flag, tools: SemanticsTools): Step;
  /** Makes the conditions of a segment ready whose `semantics` is this one; its lists of keys mean the same everywhere. */
  compileConditions?(conditions: readonly Condition[], tools: SegmentTools): Matcher;
  /** All that the flag can serve at an instant, where that can be told. */
  outcomes?(flag: Flag, now: number): OutcomeSet;
  /** Why a decision came out as it did, in sentences; in the order of the decision. */
  explain?(flag: Flag, context: EvaluationContext, now: number): readonly string[];
}

/** What `compile` lends for the conditions of a segment. */
export type SegmentTools = Pick<SemanticsTools, 'findings' | 'regex' | 'segment'>;

/** What `compile` lends a semantics. */
export interface SemanticsTools {
  readonly findings: Findings;
  readonly regex: RegexEngine | undefined;
  /** In [0, 1); undefined: whatever would be random is `TARGETING_KEY_MISSING`. */
  readonly random: (() => number) | undefined;
  /** The one frozen evaluation for a variant, or the code's default, and a cause. */
  readonly outcome: Outcome;
  /** Decides another flag of the ruleset; undefined: there is none. The same function for all flags of one compilation. */
  decide(flagKey: string, context: EvaluationContext, now: number): Evaluation | undefined;
  /** Whether a context is in a segment; nobody is, and that is a problem, where there is none that compiles. */
  segment(key: string, path: string): Matcher;
}
