import type { Evaluation, EvaluationContext, Fault } from './evaluation.ts';
import type { Flag, Problem } from './ruleset.ts';
import type { Findings } from './scope.ts';
import type { Tools } from './segment.ts';
import type { Semantics } from './semantics.ts';

/** True or false, or what makes the question unanswerable. */
export type Matched = boolean | Fault;

/** A question about a context. */
export type Matcher = (context: EvaluationContext, now: number) => Matched;

/** A ruleset ready to decide; immutable. Its findings are those of all flags that are enabled and compile. */
export interface CompiledRuleset extends Pick<Findings, 'changes'> {
  readonly version: string;
  readonly environment: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** The same flags in the order of the ruleset, and those that browsers may see. */
  readonly lists: Readonly<Record<'all' | 'clientVisible', readonly CompiledFlag[]>>;
  /** The flags that do not compile, each with its faults. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** The attributes that decisions depend on, sorted; `targetingKey` is one of them, and `*` means the whole context. */
  readonly attributes: readonly string[];
  /** With what it was compiled, for explanations. */
  readonly followed: ReadonlyMap<string, Semantics>;
  readonly toolsFor: () => Tools;
}

export interface CompiledFlag {
  readonly key: string;
  readonly source: Flag;
  readonly enabled: boolean;
  readonly clientVisible: boolean;
  /** Decides: without looking at the context where the flag is not enabled or does not compile. */
  readonly step: Step;
  /** Whether it reads an attribute whose name every object inherits something under. */
  readonly readsInherited: boolean;
}

/** One evaluation for everyone, or what gives one for a context; undefined: the next step is asked. */
export type Step = Evaluation | ((context: EvaluationContext, now: number) => Evaluation | undefined);
