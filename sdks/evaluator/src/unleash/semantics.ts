import type { Flag } from '../ruleset.ts';
import type { Semantics, SemanticsTools } from '../semantics.ts';
import { compileFlag } from './compile-flag.ts';
import { compileConditions } from './conditions.ts';
import type { Dialect } from './dialect.ts';
import { explainFlag } from './explain.ts';
import { outcomesOf } from './outcomes.ts';

/** Unleash's semantics, as one of its two references has them. */
export function unleashSemantics(dialect: Dialect): Semantics {
  /** For explanations, which come without the tools that a flag was compiled with. */
  const toolsOf = new WeakMap<Flag, SemanticsTools>();
  return {
    name: dialect.name,
    compileFlag: (flag, tools) => {
      toolsOf.set(flag, tools);
      return compileFlag(flag, dialect, tools);
    },
    compileConditions: (conditions, tools) => compileConditions(conditions, 'if', { ...tools, dialect }),
    outcomes: outcomesOf,
    explain: (flag, context, now) => {
      const tools = toolsOf.get(flag);
      return tools === undefined ? [] : explainFlag({ flag, context, now, dialect, tools });
    },
  };
}
