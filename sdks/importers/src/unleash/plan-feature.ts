import { chooseFor } from './choice.ts';
import type { Strategy } from './model.ts';
import type { Plan, PlannedRule, Scope } from './plan.ts';
import { overrideRules, rulesOf } from './strategy.ts';

/** A feature's strategies in the order that decides, and what is served when none of them counts. */
export function planFeature(scope: Scope): Plan {
  const { strategies, path } = scope.feature;
  if (strategies === undefined && scope.isNode) {
    scope.warn(path, 'has no list of strategies: the Node SDK leaves it off');
    return { rules: [], default: 'off' };
  }
  if (strategies === undefined || strategies.length === 0) {
    return { rules: overrideRules(scope), default: chooseFor(undefined, scope).choice };
  }
  const numbered = strategies.map((strategy, i) => ({ strategy, i }));
  // The core asks for variants first, among the strategies that speak of them.
  const ordered = scope.isNode ? numbered : [...numbered.filter(speaks), ...numbered.filter((one) => !speaks(one))];
  const rules = ordered.flatMap(({ strategy, i }) => rulesOf(strategy, i, scope));
  return { rules: withOwnIds(rules), default: 'off' };
}

function speaks({ strategy }: { readonly strategy: Strategy }): boolean {
  return strategy.variants !== undefined;
}

function withOwnIds(rules: readonly PlannedRule[]): PlannedRule[] {
  const taken = new Set<string>();
  return rules.map((rule, i) => {
    const id = taken.has(rule.id) ? `${rule.id.slice(0, 50)}-${i + 1}` : rule.id;
    taken.add(id);
    return { ...rule, id };
  });
}
