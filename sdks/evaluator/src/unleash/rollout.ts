import type { EvaluationContext, Fault } from '../evaluation.ts';
import { shareAt, shareOf } from '../rollout.ts';
import type { Rule } from '../ruleset.ts';
import { hasher, ROLLOUT_SEED } from './hash.ts';
import type { FlagScope } from './scope.ts';
import { compileSticky, noChance, type Sticky } from './sticky.ts';

/** Whether a rule counts for someone, and whether a hash or chance decided it. */
export type Rollout = (context: EvaluationContext, now: number) => 'in' | 'drawn' | 'out' | Fault;

/** The part of all users that a rule counts for: those whose bucket, 1 to 100, is not above the percentage. */
export function compileRollout(rule: Rule, scope: FlagScope): Rollout {
  const { rollout } = rule;
  if (rollout === undefined) return everyone;
  const { by, seed } = typeof rollout === 'number' ? {} : rollout;
  const percentAt = compilePercent(rule, scope);
  const sticky = compileSticky(by, 'rollout', scope);
  const bucketOf = compileBucket(seed ?? scope.dialect.seedOf(scope.flag), sticky, scope);
  return (context, now) => {
    const percent = percentAt(now);
    if (!(percent > 0)) return 'out';
    // Whoever has nothing to be hashed is out even at 100 %, unless chance decides.
    if (percent >= 100) return sticky.isRandom || sticky.textOf(context) !== undefined ? 'in' : 'out';
    const bucket = bucketOf(context);
    if (typeof bucket === 'object') return bucket;
    return bucket !== undefined && bucket <= percent ? 'drawn' : 'out';
  };
}

/** 1 to 100; undefined: there is nothing to hash. */
function compileBucket(
  seed: string,
  { textOf, isRandom }: Sticky,
  { dialect, tools: { random } }: FlagScope,
): (context: EvaluationContext) => number | undefined | Fault {
  const hash = hasher(seed, ROLLOUT_SEED, dialect.encoding);
  return (context) => {
    const value = textOf(context);
    if (value !== undefined) return (hash(value) % 100) + 1;
    if (!isRandom) return undefined;
    return random === undefined ? noChance : Math.floor(random() * 100) + 1;
  };
}

function compilePercent({ rollout }: Rule, { findings }: FlagScope): (now: number) => number {
  const share = shareOf(rollout);
  if (typeof share === 'object') findings.changes.add(share);
  return (now) => shareAt(share, now) / 1000;
}

function everyone(): 'in' {
  return 'in';
}
