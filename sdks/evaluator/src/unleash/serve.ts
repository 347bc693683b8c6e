import { type Evaluation, type EvaluationContext, failed } from '../evaluation.ts';
import type { Arm, Serve, Split } from '../ruleset.ts';
import type { Cause } from '../serve.ts';
import { hasher, VARIANT_SEED } from './hash.ts';
import type { FlagScope } from './scope.ts';
import { compileSticky, noChance } from './sticky.ts';

/** What is served once a rule, or nothing, has matched. */
export type Serving = (context: EvaluationContext) => Evaluation;

/** A variant, the code's default, a value or a split, ready to be served. */
export function compileServe(serve: Serve, cause: Cause, scope: FlagScope): Serving {
  const { outcome } = scope.tools;
  if (serve === null || typeof serve === 'string') return always(outcome(serve, cause));
  if ('split' in serve) return compileSplit(serve, cause, scope);
  return always(Object.freeze({ ...outcome(null, cause), value: serve.value }));
}

interface Part {
  readonly weight: number;
  readonly evaluation: Evaluation;
}

/** The first arm whose running weight reaches the target; arms without weight are passed over. */
function compileSplit(split: Split, cause: Cause, scope: FlagScope): Serving {
  const { flag } = scope;
  const total = split.split.reduce((sum, [, weight]) => sum + weight, 0);
  const weighty = split.split.filter(([, weight]) => weight !== 0);
  const [only, ...more] = weighty;
  if (only !== undefined && more.length === 0 && Number.isInteger(total) && total > 0) {
    return always(armServed(only, cause, scope));
  }
  const none = scope.tools.outcome(flag.type === 'boolean' && Object.hasOwn(flag.variants, 'on') ? 'on' : null, cause);
  const drawn: Cause = { ...cause, reason: 'SPLIT' };
  const parts = weighty.map((arm) => ({ weight: arm[1], evaluation: armServed(arm, drawn, scope) }));
  return total > 0 ? drawing({ split, parts, total, none }, scope) : always(none);
}

function armServed([variant, , metadata]: Arm, cause: Cause, { flag, tools }: FlagScope): Evaluation {
  const own = metadata && { metadata: Object.freeze({ ...flag.metadata, ...metadata }) };
  return tools.outcome(variant, { ...cause, ...own });
}

interface Drawing {
  readonly split: Split;
  readonly parts: readonly Part[];
  readonly total: number;
  readonly none: Evaluation;
}

function drawing({ split: { by, seed }, parts, total, none }: Drawing, scope: FlagScope): Serving {
  const { flag, dialect, tools } = scope;
  const { textOf, isRandom } = compileSticky(by, 'variant', scope);
  const hash = hasher(seed ?? dialect.seedOf(flag), VARIANT_SEED, dialect.encoding);
  const { random } = tools;
  const unlucky = failed(flag.key, noChance);
  return (context: EvaluationContext) => {
    const value = textOf(context);
    if (value === undefined && (!isRandom || random === undefined)) return unlucky;
    const drawn = value === undefined ? Math.floor((random?.() ?? 0) * 0x1_0000_0000) : hash(value);
    const target = (drawn % total) + 1;
    let end = 0;
    for (const { weight, evaluation } of parts) {
      end += weight;
      if (end >= target) return evaluation;
    }
    return none;
  };
}

function always(evaluation: Evaluation): Serving {
  return () => evaluation;
}
