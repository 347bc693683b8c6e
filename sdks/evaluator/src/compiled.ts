import type { Evaluation, EvaluationContext, Fault } from './evaluation.ts';
import type { Flag, Problem } from './ruleset.ts';
import type { Common, Findings } from './scope.ts';

/** True or false, or what makes the question unanswerable. */
export type Matched = boolean | Fault;

/** A question about a context. */
export type Matcher = (context: EvaluationContext, now: number) => Matched;

/** A ruleset ready to decide; immutable. Its findings are those of all flags that are enabled and compile. */
export interface CompiledRuleset extends Omit<Findings, 'problems'> {
  readonly version: string;
  readonly environment: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** The same flags in the order of the ruleset, and those that browsers may see. */
  readonly lists: Readonly<Record<'all' | 'clientVisible', readonly CompiledFlag[]>>;
  /** The flags that do not compile, each with its faults. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** The attributes that decisions depend on, sorted; `targetingKey` is one of them, and `*` means the whole context. */
  readonly attributes: readonly string[];
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
  /** Asked in order; the first that has an answer decides. */
  readonly steps: readonly Step[];
  /** Whether it reads an attribute whose name every object inherits something under. */
  readonly readsInherited: boolean;
}

/** One evaluation for everyone, or what gives one for a context; undefined: the next step is asked. */
export type Step = Evaluation | ((context: EvaluationContext, now: number) => Evaluation | undefined);
