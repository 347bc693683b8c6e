import type { Condition, Flag, Requirement, Rule, Segment, Split } from '@burgee/evaluator';
import { CanNotHold } from './exported.ts';

type Fields = Readonly<Record<string, unknown>>;

const RANDOM = '$random';
const LISTS = new Set(['IN', 'NOT_IN', 'STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS', 'IN_CIDR']);

/** A flag with Unleash's conditions as the feature that clients of Unleash read; throws `CanNotHold`. */
export function featureOf(flag: Flag): Fields {
  const { key, enabled, rules = [], requires = [], default: otherwise } = flag;
  const common = commonSplit(flag);
  return {
    name: key,
    type: 'release',
    enabled,
    strategies: inOneForm(rules.map((rule, i) => strategyOf(rule, common, `rules[${i}]`))),
    variants: common === undefined ? [] : variantsOf(common, stickinessOf(common.by, 'default')),
    ...(requires.length > 0 && { dependencies: requires.map(dependencyOf) }),
    ...(rules.length === 0 && otherwise === 'off' && { strategies: undefined }),
  };
}

/** Either each strategy has a list of variants or none has one: Unleash's versions judge differently where only some do. */
function inOneForm(strategies: readonly Fields[]): readonly Fields[] {
  if (strategies.every(({ variants }) => variants === undefined)) return strategies;
  return strategies.map((strategy) => ({ variants: [], ...strategy }));
}

/** The split that all rules serve by the feature's name, which is how a feature's own variants decide. */
function commonSplit({ key, rules = [], default: otherwise }: Flag): Split | undefined {
  const serves = rules.length === 0 ? [otherwise] : rules.map(({ serve }) => serve);
  const [first] = serves;
  if (typeof first !== 'object' || first === null || !('split' in first) || first.seed !== key) return undefined;
  const text = JSON.stringify(first);
  return serves.every((serve) => JSON.stringify(serve) === text) ? first : undefined;
}

function strategyOf(rule: Rule, common: Split | undefined, path: string): Fields {
  const { if: conditions = [], serve = 'on', rollout } = rule;
  const own =
    typeof serve === 'object' && serve !== null && 'split' in serve && common === undefined ? serve : undefined;
  const parameters = { ...rolloutParameters(rollout, path), ...(own?.seed !== undefined && { groupId: own.seed }) };
  const variants = own && variantsOf(own, stickinessOf(own.by, 'default'));
  const isPlain = rollout === undefined && own === undefined;
  const stickiness = own === undefined ? undefined : (stickinessOf(own.by, 'default') ?? 'default');
  const segments = conditions.flatMap((one) => ('segment' in one ? [segmentId(one, path)] : []));
  return {
    name: isPlain ? 'default' : 'flexibleRollout',
    parameters: isPlain ? {} : { rollout: '100', stickiness, ...parameters },
    constraints: conditions.flatMap((one) => ('segment' in one ? [] : [constraintOf(one, path)])),
    ...(segments.length > 0 && { segments }),
    ...(variants && { variants }),
  };
}

function rolloutParameters(rollout: Rule['rollout'], path: string): Fields {
  if (rollout === undefined) return {};
  if (rollout === 0) return { rollout: '0' };
  if (typeof rollout === 'number' || 'from' in rollout)
    throw new CanNotHold(`${path}.rollout`, 'no rollout of Unleash');
  const { percent, by, seed } = rollout;
  const stickiness = stickinessOf(by, 'default');
  return { rollout: String(percent), stickiness, ...(seed !== undefined && { groupId: seed }) };
}

/** By what people are told apart; undefined: Unleash has no word for it. */
function stickinessOf(by: readonly string[] | undefined, otherwise: string): string | undefined {
  const [first, ...others] = by ?? [];
  if (first === undefined) return undefined;
  if (first === RANDOM) return 'random';
  const rest = others.join();
  if (rest === '' || rest === RANDOM) return first;
  return first === 'userId' ? otherwise : undefined;
}

function variantsOf({ split }: Split, stickiness: string | undefined): Fields[] {
  return split.map(([, weight, metadata = {}]) => {
    const { variant, payload, payloadType } = metadata;
    return {
      name: variant,
      weight,
      ...(stickiness !== undefined && { stickiness }),
      ...(payloadType !== undefined && { payload: { type: payloadType, value: payload } }),
    };
  });
}

function constraintOf(condition: Condition, path: string): Fields {
  if (!('attr' in condition)) throw new CanNotHold(`${path}.if`, 'Unleash has no groups of conditions');
  const { attr, op, values = [], not, ignoreCase } = condition;
  return {
    contextName: attr,
    operator: op,
    ...(LISTS.has(op) ? { values } : { value: values[0] }),
    ...(not === true && { inverted: true }),
    ...(ignoreCase === true && { caseInsensitive: true }),
  };
}

function segmentId(condition: { readonly segment: string; readonly not?: boolean }, path: string): number {
  const id = /^unleash-(\d+)$/.exec(condition.segment)?.[1];
  if (id === undefined || condition.not === true)
    throw new CanNotHold(`${path}.if`, `no segment of Unleash: ${condition.segment}`);
  return Number(id);
}

export function segmentOf({ key, if: conditions = [], include = [], exclude = [] }: Segment): Fields | undefined {
  const id = /^unleash-(\d+)$/.exec(key)?.[1];
  if (id === undefined || include.length > 0 || exclude.length > 0) return undefined;
  try {
    return { id: Number(id), name: key, constraints: conditions.map((one) => constraintOf(one, key)) };
  } catch (error) {
    if (error instanceof CanNotHold) return undefined;
    throw error;
  }
}

/** A parent that is on, off, or on with one of its variants. */
function dependencyOf({ flag, variants }: Requirement, i: number): Fields {
  const [only, second] = variants;
  if (flag.endsWith('~variant')) return { feature: flag.slice(0, -'~variant'.length), enabled: true, variants };
  if (second === undefined && only === 'on') return { feature: flag, enabled: true };
  if (second === undefined && only === 'off') return { feature: flag, enabled: false };
  throw new CanNotHold(`requires[${i}]`, 'Unleash wants a feature on, off, or with a variant');
}
