import type { Evaluation, EvaluationContext, Fault } from './evaluation.ts';
import type { Hashing, Ramp } from './rollout.ts';
import type { Flag, Problem } from './ruleset.ts';
import type { Common } from './scope.ts';
import type { Decider } from './semantics.ts';

/** True or false, or what makes the question unanswerable. */
export type Matched = boolean | Fault;

/** A question about a context. */
export type Matcher = (context: EvaluationContext, now: number) => Matched;

/** A ruleset ready to decide; immutable. */
export interface CompiledRuleset {
  readonly version: string;
  readonly environment: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** The same flags in the order of the ruleset, and those that browsers may see. */
  readonly lists: Readonly<Record<'all' | 'clientVisible', readonly CompiledFlag[]>>;
  /** The flags that do not compile, each with its faults. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** The attributes that decisions depend on, sorted; `targetingKey` is one of them, and `*` means the whole context. */
  readonly attributes: readonly string[];
  /** When decisions change by themselves: instants in ascending order, ramps, and multiples of some milliseconds. */
  readonly instants: readonly number[];
  readonly ramps: readonly Ramp[];
  readonly clocks: readonly number[];
  /** What it was compiled with, for explanations. */
  readonly common: Common;
}

export interface CompiledFlag {
  readonly key: string;
  readonly source: Flag;
  readonly enabled: boolean;
  readonly clientVisible: boolean;
  /** The one evaluation of a flag that is not enabled, does not compile or asks nothing of the context. */
  readonly same: Evaluation | undefined;
  /** Decides instead of all that follows. */
  readonly foreign: Decider | undefined;
  readonly requires: readonly CompiledRequirement[];
  readonly rules: readonly CompiledRule[];
  readonly default: Serving;
}

export interface CompiledRequirement {
  /** Never a fault: a flag that errs is not met. */
  readonly isMet: (context: EvaluationContext, now: number) => boolean;
  /** The evaluation when it is not met. */
  readonly unmet: Evaluation;
}

export interface CompiledRule {
  /** Conditions and requirements together; undefined: none. */
  readonly matches: Matcher | undefined;
  readonly share: number | Ramp;
  /** Of the rollout, where it holds some contexts and not others. */
  readonly hashing: Hashing | undefined;
  readonly serve: Serving;
  /** The same where the hash of the rollout decided. */
  readonly serveSplit: Serving;
}

/** One evaluation for everyone, or a split. */
export interface Serving {
  readonly same: Evaluation | undefined;
  readonly split: CompiledSplit | undefined;
}

export interface CompiledSplit {
  readonly hashing: Hashing;
  /** Side by side; each ends before a bucket. */
  readonly arms: readonly { readonly end: number; readonly served: Evaluation }[];
}
