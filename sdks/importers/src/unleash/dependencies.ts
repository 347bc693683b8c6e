import type { Requirement } from '@burgee/evaluator';
import { type Companion, companionKey } from './companion.ts';
import type { Dependency, Feature } from './model.ts';
import type { Scope } from './plan.ts';

export interface Parents {
  feature(name: string): Feature | undefined;
  isRefused(name: string): boolean;
  companion(name: string): Companion | undefined;
}

/** What a feature requires; undefined: it can not be met, so the feature is off for everyone. */
export function requirementsOf(scope: Scope, parents: Parents): readonly Requirement[] | undefined {
  const made = scope.feature.dependencies.map((dependency) => requirementOf(dependency, scope, parents));
  return made.includes(undefined) ? undefined : made.filter((one) => one !== undefined);
}

function requirementOf(dependency: Dependency, scope: Scope, parents: Parents): Requirement | undefined {
  const { feature: name, enabled, variants, path } = dependency;
  const parent = parents.feature(name);
  if (parents.isRefused(name)) {
    scope.refuse(path, `it depends on ${name}, which can not be carried over`);
    return undefined;
  }
  if (parent === undefined || parent.dependencies.length > 0) {
    const message = parent === undefined ? 'which is not there' : 'which depends on others itself';
    scope.warn(path, `depends on ${name}, ${message}: off for everyone`);
    return undefined;
  }
  if (!scope.isNode) checkCore(dependency, parent, scope);
  if (!enabled) return { flag: name, variants: ['off'] };
  if (variants.length === 0) return { flag: name, variants: ['on'] };
  return byVariants(dependency, scope, parents.companion(name));
}

/** The core is content with a parent that has no variant; in the Node SDK that one is called `disabled`. */
function byVariants(dependency: Dependency, scope: Scope, companion: Companion | undefined): Requirement | undefined {
  const { feature: name, variants, path } = dependency;
  const isWithoutFine = !scope.isNode || variants.includes('disabled');
  if (companion === undefined && isWithoutFine) return { flag: name, variants: ['on'] };
  const names = new Set(variants.flatMap((variant) => companion?.namesOf(variant) ?? []));
  if (isWithoutFine && companion?.without) names.add(companion.without);
  if (names.size > 0) return { flag: companionKey(name), variants: [...names] };
  scope.warn(path, `depends on a variant that ${name} does not have: off for everyone`);
  return undefined;
}

/** Where the core judges a parent in another way than the parent judges itself. */
function checkCore({ enabled, variants, path }: Dependency, { name, strategies = [] }: Feature, scope: Scope): void {
  if (!enabled && variants.length > 0)
    scope.refuse(path, 'variants of a parent that must be off can not be carried over');
  const usesName = strategies.some(
    ({ name: kind, parameters }) =>
      kind === 'flexibleRollout' &&
      parameters?.groupId === undefined &&
      !['0', '100'].includes(parameters?.rollout ?? '0'),
  );
  if (usesName)
    scope.refuse(path, `${name} has a rollout without groupId, which the core draws by the name of its child`);
}

/** The features of which a child wants to know that they are on without a variant. */
export function askedForNone(features: readonly Feature[], isNode: boolean): Set<string> {
  const wanted = features
    .flatMap(({ dependencies }) => dependencies)
    .filter(({ variants, enabled }) => {
      return enabled && variants.length > 0 && (!isNode || variants.includes('disabled'));
    });
  return new Set(wanted.map(({ feature }) => feature));
}
