import type { AttributeCondition, Condition, Flag, Requirement, Rule, Ruleset } from '@burgee/evaluator';
import { CanNotHold } from './exported.ts';

/** A flag of Burgee's own semantics said in Unleash's conditions; throws `CanNotHold`. */
export function asUnleash(flag: Flag, ruleset: Ruleset): Flag {
  const { key, enabled, rules = [], default: otherwise } = flag;
  checkShape(flag);
  const said = rules.flatMap((rule, i) => rulesOf(rule, `rules[${i}]`, ruleset));
  if (otherwise === 'on' && said.length > 0) said.push({ conditions: [], rollout: undefined });
  if (otherwise === 'off' && said.length === 0) said.push({ conditions: [], rollout: 0 });
  const requires = (flag.requires ?? []).map((one, i) => requirementOf(one, `requires[${i}]`, ruleset));
  return {
    key,
    enabled,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    ...(requires.length > 0 && { requires }),
    ...(said.length > 0 && { rules: said.map(asRule) }),
    default: said.length > 0 ? 'off' : 'on',
    semantics: 'unleash',
  };
}

function asRule({ conditions, rollout }: Said, i: number): Rule {
  return {
    id: `s${i + 1}`,
    ...(conditions.length > 0 && { if: conditions }),
    ...(rollout !== undefined && { rollout }),
    serve: 'on',
  };
}

function checkShape({ type, variants, off, default: otherwise, metadata }: Flag): void {
  const isOnOff =
    type === 'boolean' && Object.keys(variants).length === 2 && variants.on === true && variants.off === false;
  if (!isOnOff) throw new CanNotHold('variants', 'a feature of Unleash is on or off');
  if (off !== 'off') throw new CanNotHold('off', 'a feature of Unleash that is not enabled is off');
  if (otherwise !== 'on' && otherwise !== 'off') throw new CanNotHold('default', 'a feature of Unleash is on or off');
  if (metadata !== undefined) throw new CanNotHold('metadata', 'a feature of Unleash has none');
}

function requirementOf(requirement: Requirement, path: string, { flags }: Ruleset): Requirement {
  const { flag, variants, else: otherwise } = requirement;
  if (otherwise !== undefined && otherwise !== 'off') throw new CanNotHold(path, 'Unleash leaves the feature off');
  const parent = Object.hasOwn(flags, flag) ? flags[flag] : undefined;
  if (parent === undefined || parent.requires !== undefined)
    throw new CanNotHold(path, 'a parent in Unleash has no parent itself');
  return { flag, variants };
}

interface Said {
  readonly conditions: readonly Condition[];
  readonly rollout: 0 | undefined;
}

/** Strategies count if any of them does, so `any` becomes several. */
function rulesOf(rule: Rule, path: string, ruleset: Ruleset): Said[] {
  const { if: conditions = [], rollout = 100, serve = 'on', requires = [] } = rule;
  if (serve !== 'on') throw new CanNotHold(`${path}.serve`, 'a strategy of Unleash turns a feature on');
  if (requires.length > 0) throw new CanNotHold(`${path}.requires`, 'a strategy of Unleash has no prerequisites');
  const percent = typeof rollout === 'object' && 'percent' in rollout ? rollout.percent : rollout;
  if (percent !== 0 && percent !== 100) {
    throw new CanNotHold(`${path}.rollout`, 'Unleash puts people into a hundred buckets, and by another formula');
  }
  const all = eachOf(conditions, { path: `${path}.if`, ruleset, level: 0 });
  return all.map((one) => ({ conditions: one, rollout: percent === 0 ? 0 : undefined }));
}

interface Place {
  readonly path: string;
  readonly ruleset: Ruleset;
  readonly level: number;
}

const MOST = 100;
const DEEPEST = 10;

type Alternatives = readonly (readonly AttributeCondition[])[];

/** Conditions as alternatives, each a list that must match whole. */
function eachOf(conditions: readonly Condition[], place: Place): Alternatives {
  let alternatives: Alternatives = [[]];
  for (const [i, condition] of conditions.entries()) {
    const more = alternativesOf(condition, { ...place, path: `${place.path}[${i}]` });
    alternatives = alternatives.flatMap((one) => more.map((other) => [...one, ...other]));
    if (alternatives.length > MOST) throw new CanNotHold(place.path, `more than ${MOST} strategies`);
  }
  return alternatives;
}

function alternativesOf(condition: Condition, place: Place): Alternatives {
  if ('attr' in condition) return [[constraintOf(condition, place.path)]];
  if ('all' in condition) return eachOf(condition.all, place);
  if ('any' in condition) return condition.any.flatMap((one) => alternativesOf(one, place));
  if ('segment' in condition) return ofSegment(condition, place);
  return [condition.none.map((one) => inverted(one, place))];
}

function inverted(condition: Condition, { path }: Place): AttributeCondition {
  if (!('attr' in condition)) throw new CanNotHold(path, 'Unleash has no groups of conditions');
  const asked = constraintOf(condition, path);
  const { not, ...turned } = asked;
  return not === true ? turned : { ...asked, not: true };
}

function ofSegment(
  { segment: key, not }: { readonly segment: string; readonly not?: boolean },
  place: Place,
): Alternatives {
  const { segments } = place.ruleset;
  const segment = Object.hasOwn(segments, key) ? segments[key] : undefined;
  if (segment === undefined || place.level >= DEEPEST) throw new CanNotHold(place.path, `no segment named ${key}`);
  if (not === true) throw new CanNotHold(place.path, 'a segment of Unleash can not be turned round');
  const { include = [], exclude = [], if: conditions, semantics = 'burgee-1' } = segment;
  if (semantics !== 'burgee-1') throw new CanNotHold(place.path, `segment ${key} decides as ${semantics} does`);
  const named = (values: readonly string[]) => constraintOf({ attr: 'targetingKey', op: 'in', values }, place.path);
  const inside = [
    ...(include.length > 0 ? [[named(include)]] : []),
    ...(conditions === undefined ? [] : eachOf(conditions, { ...place, level: place.level + 1 })),
  ];
  return exclude.length === 0 ? inside : inside.map((one) => [{ ...named(exclude), not: true }, ...one]);
}

/** Attributes that Unleash fills or reads in its own way. */
const TAKEN = new Set(['userId', 'currentTime', 'properties']);

const OPERATORS: Readonly<Record<string, string>> = {
  starts_with: 'STR_STARTS_WITH',
  ends_with: 'STR_ENDS_WITH',
  contains: 'STR_CONTAINS',
  number_eq: 'NUM_EQ',
  number_gt: 'NUM_GT',
  number_gte: 'NUM_GTE',
  number_lt: 'NUM_LT',
  number_lte: 'NUM_LTE',
  semver_eq: 'SEMVER_EQ',
  semver_gt: 'SEMVER_GT',
  semver_gte: 'SEMVER_GTE',
  semver_lt: 'SEMVER_LT',
  semver_lte: 'SEMVER_LTE',
};

function constraintOf(condition: AttributeCondition, path: string): AttributeCondition {
  const { attr, op, values = [], not, ignoreCase } = condition;
  if (ignoreCase === true) throw new CanNotHold(path, 'Unleash folds the case of letters in another way');
  if (attr === 'now')
    return { attr: 'currentTime', op: dateOperator(op), values: [dateOf(op, values[0])], ...(not && { not }) };
  if (TAKEN.has(attr)) throw new CanNotHold(path, `${attr} means something of its own to Unleash`);
  const turned = not === true ? { not } : {};
  // The targeting key is the user's id to Unleash.
  const contextName = attr === 'targetingKey' ? 'userId' : attr;
  if (op === 'equals' || op === 'in') return { attr: contextName, ...oneOf(values, path), ...turned };
  const operator = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
  if (operator === undefined) throw new CanNotHold(path, `Unleash has no operator that asks as ${op} does`);
  return { attr: contextName, op: operator, values: values.map(String), ...turned };
}

function dateOperator(op: string): string {
  return op === 'date_before' ? 'DATE_BEFORE' : 'DATE_AFTER';
}

/** Unleash leaves the instant itself out, after it as before it. */
function dateOf(op: string, value: unknown): string {
  return new Date(Date.parse(String(value)) - (op === 'date_before' ? 0 : 1)).toISOString();
}

/** Unleash trims the values of a list and drops empty ones. */
function oneOf(values: readonly unknown[], path: string): { op: string; values: string[] } {
  if (values.every((value) => typeof value === 'number')) {
    if (values.length === 1) return { op: 'NUM_EQ', values: values.map(String) };
    throw new CanNotHold(path, 'Unleash has no list of numbers');
  }
  const texts = values.map(String);
  if (texts.some((text) => text === '' || text !== text.trim())) {
    throw new CanNotHold(path, 'Unleash trims the values of a list');
  }
  return { op: 'IN', values: texts };
}
