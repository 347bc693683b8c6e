import type { HashState } from './bucket.ts';
import type { Evaluation, EvaluationContext, Fault } from './evaluation.ts';
import type { Ramp, Share } from './rollout.ts';
import type { Flag, Problem } from './ruleset.ts';
import type { Scope } from './scope.ts';

/** True or false, or what makes the question unanswerable. */
export type Matched = boolean | Fault;

/** A question about a context. */
export type Matcher = (context: EvaluationContext, now: number) => Matched;

/** What is served once a rule, or nothing, has matched. */
export type Serving = (context: EvaluationContext, now: number) => Evaluation;

/** A ruleset ready to decide; immutable. */
export interface CompiledRuleset {
  readonly version: string;
  readonly environment: string;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** The flags that do not compile, each with its faults. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** The attributes that decisions depend on, sorted; `targetingKey` is one of them, and `*` means the whole context. */
  readonly attributes: readonly string[];
  /** When decisions change by themselves: instants in ascending order, and ramps. */
  readonly instants: readonly number[];
  readonly ramps: readonly Ramp[];
  readonly clocks: readonly number[];
}

export interface CompiledFlag {
  readonly key: string;
  readonly source: Flag;
  /** What it was compiled with, for explanations. */
  readonly scope: Scope;
  readonly enabled: boolean;
  readonly clientVisible: boolean;
  /** The evaluation while not enabled. */
  readonly off: Evaluation;
  /** The evaluation of a flag that does not compile. */
  readonly broken: Evaluation | undefined;
  readonly requires: readonly CompiledRequirement[];
  readonly rules: readonly CompiledRule[];
  readonly serveDefault: Serving;
  /** The evaluation for a context that throws when it is read. */
  readonly unreadable: Evaluation;
}

export interface CompiledRequirement {
  /** Never a fault: a flag that errs is not met. */
  readonly isMet: (context: EvaluationContext, now: number) => boolean;
  /** The evaluation when it is not met. */
  readonly unmet: Evaluation;
}

export interface CompiledRule {
  /** Conditions and requirements together. */
  readonly matches: Matcher;
  readonly share: Share;
  readonly rolloutSeed: HashState;
  readonly serve: Serving;
  /** The same where the hash of the rollout decided. */
  readonly serveSplit: Serving;
}
