import type { Condition, Rule } from '@burgee/evaluator';
import { chooseFor } from './choice.ts';
import { conditionOf, exactly, prefixed } from './constraint.ts';
import type { Strategy } from './model.ts';
import { NEVER, type PlannedRule, RANDOM, type Scope, segmentKey } from './plan.ts';

/** A strategy as rules: one for each override, then its own. */
export function rulesOf(strategy: Strategy, index: number, scope: Scope): PlannedRule[] {
  const id = ruleId(strategy.id, index);
  const name = ruleName(strategy);
  const admission = admit(strategy, scope);
  const conditions = [...constraintsOf(strategy, scope), ...admission.if];
  const { choice, overrides } = chooseFor(strategy, scope);
  const { rollout } = admission;
  const own = { id, name, if: conditions, rollout, choice };
  if (overrides.length === 0) return [own];
  const preceding = overrides.map(({ if: condition, variant }, i) => ({
    id: `${id}-o${i + 1}`,
    name: clean(`${name}: ${variant.name}`),
    if: [...conditions, condition],
    rollout,
    choice: { variants: [{ ...variant, weight: 1 }], by: undefined, seed: undefined },
  }));
  // Where chance decides, who failed to get an override must not be drawn a second time.
  const isDrawn = typeof rollout === 'object' && rollout.by?.includes(RANDOM) === true;
  return [...preceding, isDrawn ? { ...own, if: [...conditions, { none: overrides.map((one) => one.if) }] } : own];
}

/** What overrides become where a feature has no strategies. */
export function overrideRules(scope: Scope): PlannedRule[] {
  return chooseFor(undefined, scope).overrides.map(({ if: condition, variant }, i) => ({
    id: `o${i + 1}`,
    name: clean(`override: ${variant.name}`),
    if: [condition],
    rollout: undefined,
    choice: { variants: [{ ...variant, weight: 1 }], by: undefined, seed: undefined },
  }));
}

function ruleId(id: string | undefined, index: number): string {
  return id !== undefined && /^[A-Za-z0-9_-]{1,56}$/.test(id) ? id : `s${index + 1}`;
}

function ruleName({ title, name }: Strategy): string {
  return clean(title === undefined || title === '' ? name : title);
}

/** A name is for people: control characters, and what is too long, are left out. */
function clean(name: string): string {
  const readable = Array.from(name, (character) => (character < ' ' || character === '\u007f' ? ' ' : character));
  return readable.slice(0, 64).join('') || 'rule';
}

function constraintsOf({ constraints, segments, path }: Strategy, scope: Scope): Condition[] {
  const named = segments.map((id, i) => {
    if (scope.segments.has(id)) return { segment: segmentKey(id) };
    const message = `there is no segment ${id}: nobody is in it`;
    if (scope.isNode) scope.warn(`${path}.segments[${i}]`, message);
    else scope.kill(`${path}.segments[${i}]`, message);
    return NEVER;
  });
  return [...constraints.map((constraint) => conditionOf(constraint, scope)), ...named];
}

interface Admission {
  readonly if: readonly Condition[];
  readonly rollout: Rule['rollout'];
}

/** Whom a strategy itself lets in. */
function admit(strategy: Strategy, scope: Scope): Admission {
  const { name, path } = strategy;
  const known = Object.hasOwn(admissions, name) ? admissions[name] : undefined;
  if (known !== undefined) {
    if (strategy.parameters === undefined && scope.isNode && name !== 'default') {
      scope.refuse(`${path}.parameters`, 'is missing, at which the Node SDK fails');
    }
    return known(strategy.parameters ?? {}, scope, path);
  }
  const message =
    name === 'applicationHostname'
      ? 'applicationHostname asks for the host of the SDK: nobody gets it here'
      : `strategy ${name} is decided by code of your own: nobody gets it here`;
  scope.warn(`${path}.name`, message);
  return nobody;
}

type Parameters = Readonly<Record<string, string>>;

const nobody: Admission = { if: [], rollout: 0 };

const admissions: Readonly<Record<string, (parameters: Parameters, scope: Scope, path: string) => Admission>> = {
  default: () => ({ if: [], rollout: undefined }),
  userWithId: ({ userIds }, { isNode }) => listed(exactly('userId', idsOf(userIds, isNode), isNode), userIds, isNode),
  remoteAddress: ({ IPs }, scope) => listed(addresses(idsOf(IPs, scope.isNode), scope), IPs, scope.isNode),
  gradualRolloutRandom: (parameters, scope, path) => gradual(['percentage', RANDOM], parameters, scope, path),
  gradualRolloutUserId: (parameters, scope, path) => gradual(['percentage', 'userId'], parameters, scope, path),
  gradualRolloutSessionId: (parameters, scope, path) => gradual(['percentage', 'sessionId'], parameters, scope, path),
  flexibleRollout: flexible,
};

function listed(condition: Condition, list: string | undefined, isNode: boolean): Admission {
  const isEmpty = list === undefined || (isNode && list === '');
  return isEmpty ? nobody : { if: [condition], rollout: undefined };
}

function idsOf(list: string | undefined, isNode: boolean): string[] {
  if (list === undefined) return [];
  return isNode ? list.split(/\s*,\s*/) : list.split(',').map((id) => id.trim());
}

/** The Node SDK takes IPv4 and its networks, and whatever else is written down as it is. */
function addresses(list: readonly string[], { isNode }: Scope): Condition {
  if (!isNode) return { attr: 'remoteAddress', op: 'IN_CIDR', values: list.map(prefixed) };
  const networks = list.filter((one) => /^\d+(\.\d+){3}(\/\d+)?$/.test(one));
  const others = list.filter((one) => !networks.includes(one));
  const within: Condition = { attr: 'remoteAddress', op: 'IN_CIDR', values: networks };
  if (others.length === 0) return within;
  return { any: [within, exactly('remoteAddress', others, isNode)] };
}

function gradual([name, by]: readonly [string, string], parameters: Parameters, scope: Scope, path: string): Admission {
  const { groupId } = parameters;
  if (by === RANDOM) scope.warn(path, 'decided by chance: only the shares are the same');
  else if (!scope.isNode && groupId === undefined) return nobody;
  return { if: [], rollout: rolloutOf({ percent: parameters[name], by: [by], groupId }, scope, `${path}.parameters`) };
}

function flexible(parameters: Parameters, scope: Scope, path: string): Admission {
  const { rollout: percent, stickiness, groupId } = parameters;
  const isDefault = stickiness === undefined || stickiness === 'default' || (scope.isNode && stickiness === '');
  if (stickiness === '' && !isDefault) return nobody;
  if (stickiness === 'random') scope.warn(path, 'decided by chance: only the shares are the same');
  if (!scope.isNode && stickiness !== undefined && /"|\\$/.test(stickiness)) {
    scope.kill(`${path}.parameters.stickiness`, 'a name with a quotation mark does not compile');
  }
  const by = isDefault ? ['userId', 'sessionId', RANDOM] : [stickiness === 'random' ? RANDOM : stickiness];
  return { if: [], rollout: rolloutOf({ percent, by, groupId }, scope, `${path}.parameters`) };
}

interface Gradual {
  readonly percent: string | undefined;
  readonly by: string[];
  readonly groupId: string | undefined;
}

function rolloutOf({ percent, by, groupId }: Gradual, scope: Scope, path: string): Rule['rollout'] {
  const share = scope.isNode ? nodePercent(percent) : corePercent(percent, scope, path);
  if (share === 0) return 0;
  if (scope.isNode) return { percent: share, by, ...(groupId && { seed: groupId }) };
  const isHashed = share < 100 && by[0] !== RANDOM;
  if (groupId !== undefined && isHashed && (groupId === '' || /"|\\$/.test(groupId))) {
    scope.refuse(`${path}.groupId`, 'an empty groupId, or one with a quotation mark, can not be carried over');
  }
  // The flag of the variants hashes the same, so the name is written down where the core takes it.
  return { percent: share, by, seed: groupId || scope.feature.name };
}

/** Buckets are whole, so nothing moves where a fraction of a percent is cut off. */
function nodePercent(text: string | undefined): number {
  const percent = text === undefined ? Number.NaN : Number(text);
  if (!(percent > 0)) return 0;
  return Math.min(100, Math.floor(percent));
}

/** Whole percentages only; what is not a number lets nobody in, and what is above 100 does not compile. */
function corePercent(text: string | undefined, scope: Scope, path: string): number {
  if (text === undefined || !/^\+?\d+$/.test(text)) return 0;
  const percent = Number(text);
  if (percent > 100) scope.kill(path, 'a percentage above 100 does not compile');
  return Math.min(percent, 100);
}
