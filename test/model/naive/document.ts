/** The wire model as the second evaluator reads it; its own types, so that nothing is shared. */
export type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
export type Context = Readonly<Record<string, unknown>>;
export type Metadata = Readonly<Record<string, string | number | boolean>>;

export interface NaiveRuleset {
  readonly environment: string;
  readonly flags: Readonly<Record<string, NaiveFlag>>;
  readonly segments: Readonly<Record<string, NaiveSegment>>;
}

export interface NaiveFlag {
  readonly key: string;
  readonly enabled: boolean;
  readonly type: string;
  readonly variants: Readonly<Record<string, Json>>;
  readonly off: string | null;
  readonly requires?: readonly Requirement[];
  readonly rules?: readonly NaiveRule[];
  readonly default: Serve;
  readonly salt?: string;
  readonly needs?: number;
  readonly metadata?: Metadata;
}

export interface NaiveSegment {
  readonly key: string;
  readonly if?: readonly Condition[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface Requirement {
  readonly flag: string;
  readonly variants: readonly string[];
  readonly else?: string | null;
}

export interface NaiveRule {
  readonly id: string;
  readonly if?: readonly Condition[];
  readonly requires?: readonly Requirement[];
  readonly rollout?: number | (Hashed & { percent: number }) | (Hashed & NaiveRamp);
  readonly serve?: Serve;
}

interface NaiveRamp {
  readonly from: number;
  readonly to: number;
  readonly start: string;
  readonly end: string;
}

export interface Hashed {
  readonly by?: readonly string[];
  readonly seed?: string;
}

export type Serve = string | null | { readonly value: Json } | Split;

export interface Split extends Hashed {
  readonly split: readonly (readonly [string, number, Metadata?])[];
}

export interface Condition {
  readonly all?: readonly Condition[];
  readonly any?: readonly Condition[];
  readonly none?: readonly Condition[];
  readonly segment?: string;
  readonly not?: boolean;
  readonly attr?: string;
  readonly op?: string;
  readonly values?: readonly Json[];
  readonly ignoreCase?: boolean;
}

/** An evaluation without its key and sentence. */
export interface Answer {
  readonly value?: Json;
  readonly variant?: string;
  readonly reason: string;
  readonly errorCode?: string;
  readonly ruleId?: string;
  readonly metadata?: Metadata;
}
