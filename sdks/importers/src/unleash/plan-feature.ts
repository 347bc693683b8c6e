import { chooseFor } from './choice.ts';
import type { Plan, PlannedRule, Scope } from './plan.ts';
import { overrideRules, rulesOf } from './strategy.ts';

/** A feature's strategies as rules, and what is served when none of them counts. */
export function planFeature(scope: Scope): Plan {
  const { strategies, path } = scope.feature;
  if (strategies === undefined && scope.isNode) {
    scope.warn(path, 'has no list of strategies: the Node SDK leaves it off');
    return { rules: [], default: 'off' };
  }
  if (strategies === undefined || strategies.length === 0) {
    return { rules: overrideRules(scope), default: chooseFor(undefined, scope).choice };
  }
  const silent = strategies.filter(({ variants }) => variants === undefined);
  if (!scope.isNode && silent.length > 0 && silent.length < strategies.length) {
    scope.refuse(
      `${silent[0]?.path}.variants`,
      'is missing here only, which versions of Unleash’s core judge differently',
    );
  }
  const rules = strategies.flatMap((strategy, i) => rulesOf(strategy, i, scope));
  return { rules: withOwnIds(rules), default: 'off' };
}

function withOwnIds(rules: readonly PlannedRule[]): PlannedRule[] {
  const taken = new Set<string>();
  return rules.map((rule, i) => {
    const id = taken.has(rule.id) ? `${rule.id.slice(0, 50)}-${i + 1}` : rule.id;
    taken.add(id);
    return { ...rule, id };
  });
}
