import type { Condition } from '@burgee/evaluator';
import { exactly } from './constraint.ts';
import type { Strategy, Variant } from './model.ts';
import { type Choice, RANDOM, type Scope } from './plan.ts';

/** A choice, and the variants that some contexts get whatever the hash says. */
export interface Choosing {
  readonly choice: Choice;
  readonly overrides: readonly { readonly if: Condition; readonly variant: Variant }[];
}

/** Which variants go with a strategy that passed; undefined: the feature has no strategies at all. */
export function chooseFor(strategy: Strategy | undefined, scope: Scope): Choosing {
  const { isNode } = scope;
  const own = strategy?.variants ?? [];
  if (strategy !== undefined && own.length > 0) {
    if (total(own) > 0) return isNode ? ofNodeStrategy(strategy, own, scope) : ofCoreStrategy(strategy, own, scope);
    if (!isNode) {
      scope.warn(
        `${strategy.path}.variants`,
        'weights that sum to 0, at which Unleash’s core fails: on without a variant',
      );
      return { choice: 'on', overrides: [] };
    }
  }
  return ofFeature(scope);
}

function ofFeature(scope: Scope): Choosing {
  const { feature, isNode } = scope;
  const { variants, name } = feature;
  if (variants.length === 0 || (isNode && total(variants) <= 0)) return { choice: 'on', overrides: [] };
  const overrides = overridesOf(variants, scope);
  if (total(variants) <= 0) return { choice: 'on', overrides };
  return { choice: { variants, by: stickyBy(variants[0]?.stickiness, scope), seed: name }, overrides };
}

/** Node's strategies take the first variant's stickiness, else their own, and know overrides. */
function ofNodeStrategy({ parameters, path }: Strategy, variants: readonly Variant[], scope: Scope): Choosing {
  const by = stickyBy(variants[0]?.stickiness || parameters?.stickiness, scope);
  // The SDK puts the word into the hash where the parameter is missing.
  const groupId = parameters?.groupId ?? 'undefined';
  const seed = groupId === '' ? undefined : groupId;
  if (variants.some(({ weight }) => !Number.isInteger(weight)) && scope.feature.variants.length > 0) {
    const message =
      'whom weights with a fraction leave out gets a variant of the feature, which can not be carried over';
    scope.refuse(`${path}.variants`, message);
  }
  return { choice: { variants, by, seed }, overrides: overridesOf(variants, scope) };
}

function ofCoreStrategy({ parameters, path }: Strategy, variants: readonly Variant[], scope: Scope): Choosing {
  const seed = parameters?.groupId ?? scope.feature.name;
  if (seed === '') scope.refuse(`${path}.parameters.groupId`, 'an empty groupId can not be carried over');
  return { choice: { variants, by: stickyBy(parameters?.stickiness, scope), seed }, overrides: [] };
}

/** By what variants are dealt out; whoever has none of it gets any. */
function stickyBy(stickiness: string | undefined, { isNode }: Scope): string[] {
  if (stickiness === '') return [RANDOM];
  if (stickiness !== undefined && stickiness !== 'default') return [stickiness, RANDOM];
  return isNode ? ['userId', 'sessionId', 'remoteAddress', RANDOM] : ['userId', 'sessionId', RANDOM];
}

function overridesOf(variants: readonly Variant[], { isNode }: Scope): Choosing['overrides'] {
  return variants.flatMap((variant) => {
    const conditions = variant.overrides.map(({ contextName, values }) => exactly(contextName, values, isNode));
    const [first, ...more] = conditions;
    if (first === undefined) return [];
    return [{ variant, if: more.length === 0 ? first : { any: conditions } }];
  });
}

function total(variants: readonly Variant[]): number {
  return variants.reduce((sum, { weight }) => sum + weight, 0);
}
