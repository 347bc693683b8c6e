import { attributeOf, Fault, invalid, matchesAll } from './conditions.ts';
import type {
  Answer,
  Context,
  Hashed,
  Metadata,
  NaiveFlag,
  NaiveRule,
  NaiveRuleset,
  Requirement,
  Serve,
} from './document.ts';
import { bucket, shareOf } from './hashing.ts';
import { soundFlags } from './sound.ts';

export type NaiveEvaluator = (flagKey: string, context: Context, now: number) => Answer;

/** A second reading of spec/README.md that shares no line with the first: short, obvious and slow. */
export function naiveEvaluator(ruleset: NaiveRuleset): NaiveEvaluator {
  const sound = soundFlags(ruleset);
  return function decide(flagKey, context, now): Answer {
    const flag = Object.hasOwn(ruleset.flags, flagKey) ? ruleset.flags[flagKey] : undefined;
    if (flag === undefined) return error('FLAG_NOT_FOUND');
    if (flag.enabled === false) return whileOff(flag);
    if (!sound.has(flagKey)) return error('PARSE_ERROR');
    const isMet = ({ flag: required, variants }: Requirement) =>
      variants.includes(decide(required, context, now).variant ?? '');
    try {
      return decideSound({ flag, ruleset, context, now, isMet });
    } catch (fault) {
      if (fault instanceof Fault) return error(fault.message);
      throw fault;
    }
  };
}

interface Asked {
  readonly flag: NaiveFlag;
  readonly ruleset: NaiveRuleset;
  readonly context: Context;
  readonly now: number;
  readonly isMet: (requirement: Requirement) => boolean;
}

function decideSound(asked: Asked): Answer {
  const { flag, isMet } = asked;
  const unmet = flag.requires?.find((requirement) => !isMet(requirement));
  if (unmet !== undefined) {
    const served = unmet.else === undefined ? flag.off : unmet.else;
    return variantOf(flag, served, { reason: 'TARGETING_MATCH', metadata: { prerequisite: unmet.flag } });
  }
  for (const rule of flag.rules ?? []) {
    const by = counts(rule, asked);
    if (by === 'no') continue;
    const reason = by === 'hash' ? 'SPLIT' : 'TARGETING_MATCH';
    return serve(rule.serve === undefined ? 'on' : rule.serve, { reason, ruleId: rule.id }, asked);
  }
  return serve(flag.default, { reason: flag.rules?.length ? 'DEFAULT' : 'STATIC' }, asked);
}

function counts(rule: NaiveRule, asked: Asked): 'no' | 'yes' | 'hash' {
  if (!matchesAll(rule.if ?? [], asked)) return 'no';
  if (!(rule.requires ?? []).every(asked.isMet)) return 'no';
  const share = shareOf(rule.rollout, asked.now);
  if (share === 0) return 'no';
  if (share === 100_000) return 'yes';
  return bucketFor(rule.rollout as Hashed, ':rollout', asked) < share ? 'hash' : 'no';
}

function serve(served: Serve, because: Omit<Answer, 'value' | 'variant'>, asked: Asked): Answer {
  if (served === null || typeof served === 'string') return variantOf(asked.flag, served, because);
  if ('value' in served) return withMetadata(asked.flag, { ...because, value: served.value });
  const at = bucketFor(served, ':split', asked);
  let end = 0;
  for (const [variant, weight, metadata] of served.split) {
    end += weight;
    if (at < end) return variantOf(asked.flag, variant, { ...because, reason: 'SPLIT', ...(metadata && { metadata }) });
  }
  throw new Error('the weights do not reach 100,000');
}

/** The bucket of the first attribute that the context has. */
function bucketFor(hashed: Hashed | number, end: string, { flag, context }: Asked): number {
  const { by, seed = (flag.salt ?? flag.key) + end } = typeof hashed === 'number' ? {} : hashed;
  for (const name of by ?? ['targetingKey']) {
    const given = attributeOf(context, name);
    if (given === undefined || given === '') continue;
    if (typeof given === 'string') return bucket(seed, given);
    if (by !== undefined && Number.isSafeInteger(given)) return bucket(seed, String(given));
    invalid();
  }
  throw new Fault('TARGETING_KEY_MISSING');
}

function whileOff(flag: NaiveFlag): Answer {
  const none = flag.off === null || !Object.hasOwn(flag.variants, flag.off);
  return variantOf(flag, none ? null : flag.off, { reason: none ? 'DISABLED' : 'STATIC' });
}

function variantOf(flag: NaiveFlag, variant: string | null, because: Omit<Answer, 'value' | 'variant'>): Answer {
  const named = variant === null ? {} : { value: flag.variants[variant] as NonNullable<Answer['value']>, variant };
  return withMetadata(flag, { ...named, ...because });
}

/** The flag's, and over it what the answer brings. */
function withMetadata(flag: NaiveFlag, answer: Answer): Answer {
  const metadata: Metadata = { ...flag.metadata, ...answer.metadata };
  return flag.metadata === undefined && answer.metadata === undefined ? answer : { ...answer, metadata };
}

function error(errorCode: string): Answer {
  return { reason: 'ERROR', errorCode };
}
