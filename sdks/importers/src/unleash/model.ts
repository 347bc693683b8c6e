/** A feature as Unleash's clients get it, read and checked; `path` is where it stands in the file. */
export interface Feature {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  /** undefined: the file has none, which the references read differently. */
  readonly strategies: readonly Strategy[] | undefined;
  readonly variants: readonly Variant[];
  readonly dependencies: readonly Dependency[];
}

export interface Strategy {
  readonly path: string;
  readonly id: string | undefined;
  readonly name: string;
  readonly title: string | undefined;
  /** undefined: there are none at all. */
  readonly parameters: Readonly<Record<string, string>> | undefined;
  readonly constraints: readonly Constraint[];
  readonly segments: readonly number[];
  /** undefined: the strategy does not speak of variants. */
  readonly variants: readonly Variant[] | undefined;
}

export interface Constraint {
  readonly path: string;
  readonly contextName: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly value: string | undefined;
  readonly inverted: boolean;
  readonly caseInsensitive: boolean;
}

export interface Variant {
  readonly path: string;
  readonly name: string;
  readonly weight: number;
  readonly stickiness: string | undefined;
  readonly payload: { readonly type: string; readonly value: string } | undefined;
  readonly overrides: readonly { readonly contextName: string; readonly values: readonly string[] }[];
}

export interface Dependency {
  readonly path: string;
  readonly feature: string;
  readonly enabled: boolean;
  readonly variants: readonly string[];
}

export interface SegmentSource {
  readonly path: string;
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** undefined: the file only names the segment, as the server's own export does. */
  readonly constraints: readonly Constraint[] | undefined;
}
