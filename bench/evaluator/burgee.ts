import {
  type CompiledRuleset,
  compile,
  type Evaluation,
  evaluate,
  evaluateAll,
  type Flag,
  parseRuleset,
  type Ruleset,
} from '../../sdks/evaluator/src/index.ts';
import { type NeutralFlag, users } from './flags.ts';

const boolean = { type: 'boolean', variants: { on: true, off: false }, off: 'off', enabled: true } as const;

/** Burgee as a subject; also what other harnesses take, whose contexts need no more than a `userId`. */
export function create(flags: readonly NeutralFlag[]) {
  const compiled = compiledOf(rulesetOf(flags));
  const contexts = users.map((user) => ({ ...user, targetingKey: user.userId }));
  const texts = new WeakMap<Evaluation, string>();
  const textOf = (evaluation: Evaluation) => {
    const known = texts.get(evaluation);
    if (known !== undefined) return known;
    const text = JSON.stringify(evaluation);
    texts.set(evaluation, text);
    return text;
  };
  type Context = (typeof contexts)[number];
  return {
    contexts,
    one: (key: string, context: Context) => evaluate(compiled, key, context, 0).value,
    bulk: (context: Context) => evaluateAll(compiled, context, 0),
    bulkJson(context: Context) {
      let text = '';
      for (const evaluation of evaluateAll(compiled, context, 0)) text += `,${textOf(evaluation)}`;
      return `{"flags":[${text.slice(1)}]}`;
    },
  };
}

/** As it comes over the wire. */
export function rulesetOf(flags: readonly NeutralFlag[]): Ruleset {
  const sources = Object.fromEntries(flags.map((flag) => [flag.key, burgeeFlag(flag)]));
  const parsed = parseRuleset({ format: 1, environment: 'bench', version: '1', flags: sources, segments: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleset;
}

export function compiledOf(ruleset: Ruleset): CompiledRuleset {
  const compiled = compile(ruleset);
  if (compiled.problems.size > 0) throw new Error(JSON.stringify([...compiled.problems].slice(0, 3)));
  return compiled;
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
