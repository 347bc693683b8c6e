import type { Condition, Flag, Json, Requirement, Rule, SemanticsName, Serve, ValueType } from '@burgee/evaluator';
import { generator } from './sample.ts';

/** A flag that uses any part of the model; the same for the same seed. */
export function anyFlag(seed: number): Flag {
  const random = generator(seed);
  const make = makers(diceOf(random));
  const semantics = make.one<SemanticsName>([
    'burgee-1',
    'burgee-1',
    'unleash',
    'unleash-node',
    'flagd-2',
    'growthbook-1',
  ]);
  const isForeign = semantics.startsWith('flagd') || semantics.startsWith('growthbook');
  const type = semantics.startsWith('unleash')
    ? 'boolean'
    : make.one<ValueType>(['boolean', 'string', 'integer', 'float', 'object']);
  const common = {
    key: 'any-flag',
    enabled: make.yes(),
    type,
    variants: variantsOf(type),
    off: make.one(['on', 'off', null]),
  };
  if (isForeign) return { ...common, default: null, semantics, foreign: { flags: [1, { a: null }], state: 'ENABLED' } };
  const ask = semantics === 'burgee-1' ? make.burgeeCondition : make.unleashCondition;
  const serve = () => (semantics === 'burgee-1' ? make.serve(type) : make.unleashServe());
  return {
    ...common,
    ...make.maybe('requires', () => make.list(2, () => make.requirement(true))),
    ...make.maybe('rules', () => make.list(3, (index) => make.rule(`rule-${index}`, ask, serve))),
    default: serve(),
    ...make.maybe('salt', () => 'salt of the flag'),
    ...(semantics === 'burgee-1' ? make.maybe('semantics', () => semantics) : { semantics }),
  };
}

function variantsOf(type: ValueType): Record<string, Json> {
  const values: Record<ValueType, [Json, Json]> = {
    boolean: [true, false],
    string: ['', 'ä "b"'],
    integer: [1, -7],
    float: [0.5, 1],
    object: [{ a: [1, null] }, {}],
  };
  const [on, off] = values[type];
  return { on, off };
}

type Ask = (depth: number) => Condition;

function diceOf(random: () => number) {
  const chance = (share: number) => random() < share;
  const yes = () => chance(0.5);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const maybe = (name: string, value: () => unknown) => (yes() ? { [name]: value() } : {});
  const list = <Item>(most: number, item: (index: number) => Item): Item[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, (_none, index) => item(index));
  return { chance, yes, one, maybe, list };
}
type Dice = ReturnType<typeof diceOf>;

function makers(dice: Dice) {
  const { one, maybe, list } = dice;
  const requirement = (whole: boolean): Requirement => ({
    flag: one(['payments-v2', 'Imported Flag']),
    variants: one([['on'], ['on', 'Blue Variant']]),
    ...(whole ? maybe('else', () => one(['on', null])) : {}),
  });
  const rule = (id: string, ask: Ask, serving: () => Serve): Rule => ({
    id,
    ...maybe('name', () => 'Why it is there'),
    ...maybe('if', () => list(3, () => ask(1))),
    ...maybe('requires', () => list(2, () => requirement(false))),
    ...maybe('rollout', () => rollout(dice)),
    serve: serving(),
  });
  const asking = (leaf: () => Condition): Ask => {
    const ask: Ask = (depth) => {
      if (dice.chance(0.15)) return { segment: one(['staff', 'beta.users']), ...maybe('not', dice.yes) };
      if (depth > 4 || dice.chance(0.7)) return leaf();
      return { [one(['all', 'any', 'none'])]: list(2, () => ask(depth + 1)) } as unknown as Condition;
    };
    return ask;
  };
  return {
    ...dice,
    requirement,
    rule,
    burgeeCondition: asking(() => burgeeLeaf(dice)),
    unleashCondition: asking(() => unleashLeaf(dice)),
    serve: (type: ValueType) => burgeeServe(dice, type),
    unleashServe: () => unleashServe(dice),
  };
}

function burgeeLeaf({ yes, one, maybe }: Dice): Condition {
  const text = { attr: one(['country', 'ä b']), values: ['NO', ' S E '], ...maybe('not', yes) };
  return one<() => Condition>([
    () => ({ ...text, op: one(['in', 'has_any', 'has_all', 'starts_with', 'contains']), ...maybe('ignoreCase', yes) }),
    () => ({ ...text, op: one(['in', 'has_any']), values: [1, 2.5] }),
    () => ({ ...text, op: 'in_cidr', values: ['10.0.0.0/8', '2001:db8::/32'] }),
    () => ({ attr: 'now', op: 'date_after', values: ['2026-12-01T06:00:00.123+01:00'] }),
    () => ({ attr: 'version', op: 'semver_gte', values: ['4.2.0-rc.1'], ...maybe('not', yes) }),
    () => ({ attr: 'plan', op: 'exists', ...maybe('not', yes) }),
  ])();
}

function unleashLeaf({ yes, one, maybe }: Dice): Condition {
  const op = one(['IN', 'NOT_IN', 'STR_CONTAINS', 'NUM_GT', 'DATE_AFTER', 'SEMVER_EQ', 'REGEX', 'IN_CIDR']);
  const values = one([[], ['7'], [' 7', '7 ', '']]);
  return { attr: 'userId', op, values, ...maybe('not', yes), ...maybe('ignoreCase', yes) };
}

function rollout(dice: Dice): NonNullable<Rule['rollout']> {
  const percent = dice.one([0, 0.001, 33.333, 50, 100]);
  const ramp = { from: 0, to: percent, start: '2026-12-01T06:00:00Z', end: '2026-12-03T06:00:30.5+02:00' };
  return dice.one([percent, { percent, ...hashed(dice) }, { ...ramp, ...hashed(dice) }]);
}

function hashed({ one, maybe }: Dice) {
  const by = () => one([['company', 'targetingKey'], ['userId'], ['a', 'b', 'c', 'd', 'e']]);
  return { ...maybe('by', by), ...maybe('seed', () => 'autumn 2026') };
}

function burgeeServe(dice: Dice, type: ValueType): Serve {
  const metadata = { campaign: 'autumn', size: 1.5, isNew: true };
  const split = [['off', 40_000] as const, ['on', 60_000, metadata] as const];
  const value = dice.one(Object.values(variantsOf(type)));
  return dice.one<Serve>(['on', 'off', null, { value }, { split, ...hashed(dice) }]);
}

function unleashServe({ one }: Dice): Serve {
  const split = [['on', 333.5, { variant: 'red' }] as const, ['on', 0, { variant: 'blue' }] as const];
  return one<Serve>(['on', 'off', { split, by: ['userId', '$random'], seed: 'group' }]);
}
