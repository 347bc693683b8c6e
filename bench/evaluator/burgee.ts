import { compile, evaluate, evaluateAll, type Flag } from '../../sdks/evaluator/src/index.ts';
import { type NeutralFlag, users } from './flags.ts';

const boolean = { type: 'boolean', variants: { on: true, off: false }, off: 'off', enabled: true } as const;

/** Burgee as a subject. */
export function create(flags: readonly NeutralFlag[]) {
  const sources = Object.fromEntries(flags.map((flag) => [flag.key, burgeeFlag(flag)]));
  const compiled = compile({ format: 1, environment: 'bench', version: '1', flags: sources, segments: {} });
  if (compiled.problems.size > 0) throw new Error(JSON.stringify([...compiled.problems]));
  const contexts = users.map((user) => ({ ...user, targetingKey: user.userId }));
  return {
    contexts,
    one: (key: string, context: (typeof contexts)[number]) => evaluate(compiled, key, context, 0).value,
    bulk: (context: (typeof contexts)[number]) => evaluateAll(compiled, context, 0),
  };
}

function burgeeFlag({ key, kind, enabled, percent = 100, constraints = [], variants = [] }: NeutralFlag): Flag {
  if (kind === 'boolean') return { ...boolean, key, default: enabled ? 'on' : 'off' };
  if (kind === 'rollout') return { ...boolean, key, rules: [{ id: 'r', rollout: percent }], default: 'off' };
  if (kind === 'rule') {
    const asked = constraints.map(({ attribute, values }) => ({ attr: attribute, op: 'in', values }));
    return { ...boolean, key, rules: [{ id: 'r', if: asked }], default: 'off' };
  }
  const split = variants.map(({ name, weight }) => [name, weight * 1_000] as const);
  const values = Object.fromEntries(variants.map(({ name }) => [name, name]));
  return { key, enabled: true, type: 'string', variants: values, off: null, default: { split } };
}
