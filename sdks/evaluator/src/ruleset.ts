/** A value as JSON knows it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** All flags and segments of one environment, as they travel on the wire; `version` is opaque. */
export interface Ruleset {
  readonly format: 1;
  readonly environment: string;
  readonly version: string;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly segments: Readonly<Record<string, Segment>>;
  /** What `parseRuleset` found wrong in single flags and segments, by key; never on the wire. */
  readonly faults?: Faults;
}

export interface Faults {
  readonly flags: Readonly<Record<string, readonly Problem[]>>;
  readonly segments: Readonly<Record<string, readonly Problem[]>>;
}

/** The type of all values of a flag; it never changes. */
export type ValueType = 'boolean' | 'string' | 'integer' | 'float' | 'object';

/** One flag in one environment. */
export interface Flag {
  readonly key: string;
  readonly enabled: boolean;
  readonly type: ValueType;
  /** 2 to 100 values by name. */
  readonly variants: Readonly<Record<string, Json>>;
  /** The variant served while not enabled; null: the code's default. */
  readonly off: string | null;
  readonly requires?: readonly Requirement[];
  /** The first rule that matches decides. */
  readonly rules?: readonly Rule[];
  /** What is served when no rule matched. */
  readonly default: Serve;
  /** Replaces the key in the seeds of the hash. */
  readonly salt?: string;
  /** Whose conditions and hashing the flag follows; absent: `burgee-1`, Burgee's own. */
  readonly semantics?: SemanticsName;
  /** A GrowthBook feature or a flagd flag as it came, decided by its `semantics`. */
  readonly foreign?: Json;
  readonly clientVisible?: boolean;
  /** The evaluator level the flag asks for; absent: 1. */
  readonly needs?: number;
  readonly metadata?: Metadata;
}

/** The semantics that a flag or a segment can follow. */
export type SemanticsName =
  | 'burgee-1'
  | 'unleash'
  | 'unleash-node'
  | 'growthbook-1'
  | 'growthbook-2'
  | 'flagd-1'
  | 'flagd-2'
  | 'flagd-3';

/** Met while `flag` decides for one of `variants` in the same context. */
export interface Requirement {
  readonly flag: string;
  readonly variants: readonly string[];
  /** What the flag serves while this is not met, null: the code's default; absent: its off variant. Not in rules. */
  readonly else?: string | null;
}

/** Counts when all conditions match, all requirements are met and the rollout holds the targeting key. */
export interface Rule {
  readonly id: string;
  readonly name?: string;
  readonly if?: readonly Condition[];
  readonly requires?: readonly Requirement[];
  /** Percent, at most three decimals; absent: 100. */
  readonly rollout?: number | Rollout | Ramp;
  /** Absent: the variant `on` of a boolean flag. */
  readonly serve?: Serve;
}

/** By what a hash decides. */
export interface Hashed {
  /** Attributes, of which the first that the context has is hashed; absent: `["targetingKey"]`. */
  readonly by?: readonly string[];
  /** What is hashed before it; absent: the flag's salt and `:rollout` or `:split`. The same seed gives the same order. */
  readonly seed?: string;
}

export interface Rollout extends Hashed {
  readonly percent: number;
}

/** A percentage that rises evenly from `start` to `end` (RFC 3339 with a zone); 0 before `start`. */
export interface Ramp extends Hashed {
  readonly from: number;
  readonly to: number;
  readonly start: string;
  readonly end: string;
}

/** A variant, the code's default, a value of the flag's type without a name, or a split. */
export type Serve = string | null | Literal | Split;

export interface Literal {
  readonly value: Json;
}

/** Weights sum to 100 000. */
export interface Split extends Hashed {
  readonly split: readonly Arm[];
}

/** An arm's metadata goes over the flag's. */
export type Arm = readonly [variant: string, weight: number, metadata?: Metadata];

export type Metadata = Readonly<Record<string, string | number | boolean>>;

/** A question about the context; groups nest at most ten deep. */
export type Condition = AttributeCondition | SegmentCondition | Group;

/** A list of conditions. */
export type Group =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly none: readonly Condition[] };

/** A missing attribute is no match, so `not` makes it one. */
export interface AttributeCondition {
  readonly attr: string;
  readonly op: string;
  readonly values?: readonly Json[];
  readonly not?: boolean;
  /** Compares texts by their lower-case letters. */
  readonly ignoreCase?: boolean;
}

export interface SegmentCondition {
  readonly segment: string;
  readonly not?: boolean;
}

/** A set of contexts: `exclude` wins, then `include` (targeting keys), then all conditions of `if`. */
export interface Segment {
  readonly key: string;
  /** Whose conditions `if` holds; absent: `burgee-1`. */
  readonly semantics?: SemanticsName;
  readonly if?: readonly Condition[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A fault in a definition and where it stands. */
export interface Problem {
  /** Such as `rules[0].if[1].op`; empty: the whole. */
  readonly path: string;
  readonly message: string;
}

/** The attribute that is the time of the decision and not part of the context; `date_before` and `date_after` take it. */
export const NOW = 'now';

/** What this evaluator can decide; a flag that needs more is an error. */
export const LEVEL = 1;
