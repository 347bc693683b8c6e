import type { Flag } from '../ruleset.ts';
import type { SemanticsTools } from '../semantics.ts';
import type { ConditionScope } from './conditions.ts';

/** What making one flag ready needs. */
export interface FlagScope extends ConditionScope {
  readonly flag: Flag;
  readonly tools: SemanticsTools;
}
