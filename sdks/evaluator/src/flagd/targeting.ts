import type { EvaluationContext } from '../evaluation.ts';
import type { Flag } from '../ruleset.ts';
import { field, isMap } from './value.ts';
import { type Run, STEPS, Undecidable } from './work.ts';

/** A flag as flagd has it; what is missing or of a wrong type counts as absent. */
export interface FlagdFlag {
  readonly targeting: unknown;
  readonly defaultVariant: string | null;
}

/** undefined: the flag has no flagd flag in it. */
export function readFlag({ foreign }: Flag): FlagdFlag | undefined {
  if (!isMap(foreign)) return undefined;
  const defaultVariant = field(foreign, 'defaultVariant');
  const targeting = Object.hasOwn(foreign, 'targeting') ? foreign.targeting : undefined;
  return {
    targeting: isMap(targeting) && Object.keys(targeting).length === 0 ? undefined : targeting,
    defaultVariant: typeof defaultVariant === 'string' && defaultVariant !== '' ? defaultVariant : null,
  };
}

/** What a targeting gives for a context; throws `Undecidable`, and what the context throws. */
export function runTargeting(run: Run, flagKey: string, context: EvaluationContext, now: number): unknown {
  const flagd = { flagKey, timestamp: Math.floor(now / 1000) };
  return run(context, { root: context, flagd, left: STEPS, depth: 0 });
}

/** Lists nested too deep for the machine end like those nested too deep for us; what else a context throws is its own. */
export function faultOf(error: unknown): string {
  if (error instanceof Undecidable) return error.message;
  if (error instanceof RangeError) return 'the targeting or the context is nested too deep';
  throw error;
}
