import type { EvaluationContext } from '../evaluation.ts';
import type { Flag } from '../ruleset.ts';
import type { Read } from './context.ts';
import type { Encoding } from './hash.ts';

/** Where the two references of Unleash differ: its Rust core (`unleash`) and its Node SDK (`unleash-node`). */
export interface Dialect {
  readonly name: 'unleash' | 'unleash-node';
  readonly encoding: Encoding;
  /** What is hashed before the value where a rollout or a split names no seed. */
  seedOf(flag: Flag): string;
  /** A value of the context as text; undefined: it is missing. */
  textOf(value: unknown): string | undefined;
  /** What a list of fields takes from the context itself, for a rollout and for variants; undefined: the next one. */
  stickyText(value: unknown, kind: 'rollout' | 'variant'): string | undefined;
  /** Whether an empty text is hashed like any other; if not, it counts as missing. */
  readonly hashesEmpty: boolean;
  /** The values of a list operator that count. */
  listed(values: readonly string[]): readonly string[];
  /** NaN where a text is no number. */
  numberOf(text: string): number;
  equals(a: number, b: number): boolean;
  /** The instant that a date operator looks at; NaN where it is none. */
  clock(attr: string, read: Read): (context: EvaluationContext, now: number) => number;
  /** Milliseconds since 1970; NaN where a text is no date. */
  dateOf(text: string): number;
  /** A version without its build; undefined where a text is none. */
  versionOf(text: string, side: 'context' | 'value'): string | undefined;
  /** An address or a network as `networkOf` reads it. */
  networkText(text: string, side: 'context' | 'value'): string;
}
