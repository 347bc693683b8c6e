import type { Condition, Rule, SemanticsName } from '@burgee/evaluator';
import type { Feature, SegmentSource, Variant } from './model.ts';

/** What making flags from features needs, and where its findings go. */
export interface Scope {
  readonly reference: SemanticsName;
  readonly isNode: boolean;
  readonly feature: Feature;
  readonly segments: ReadonlyMap<number, SegmentSource>;
  /** Carrying this feature over would change what it decides. */
  refuse(path: string, message: string): void;
  warn(path: string, message: string): void;
  /** Unleash's core does not compile the feature, so nobody ever gets it. */
  kill(path: string, message: string): void;
}

/** A feature on its way to become a flag, and the flag beside it that serves its variants. */
export interface Plan {
  readonly rules: readonly PlannedRule[];
  readonly default: Choice;
}

export interface PlannedRule {
  readonly id: string;
  readonly name: string;
  readonly if: readonly Condition[];
  readonly rollout: Rule['rollout'];
  readonly choice: Choice;
}

/** Off, on without a variant, or on with one of some variants. */
export type Choice =
  | 'off'
  | 'on'
  | {
      readonly variants: readonly Variant[];
      readonly by: readonly string[] | undefined;
      readonly seed: string | undefined;
    };

/** In a list of attributes: whoever has none of those before it is put anywhere. */
export const RANDOM = '$random';

/** The condition that nobody meets, also when it is turned round by mistake of its maker. */
export const NEVER: Condition = { any: [] };

/** The segment of Burgee that a segment of Unleash becomes. */
export function segmentKey(id: number): string {
  return `unleash-${id}`;
}
