import { newFindings } from '../scope.ts';
import type { Semantics } from '../semantics.ts';
import { compileFlag } from './compile-flag.ts';
import { compileConditions } from './conditions.ts';
import type { Dialect } from './dialect.ts';
import { explainFlag } from './explain.ts';
import { outcomesOf } from './outcomes.ts';

/** Unleash's semantics, as one of its two references has them. */
export function unleashSemantics(dialect: Dialect): Semantics {
  return {
    name: dialect.name,
    compileFlag: (flag, tools) => compileFlag(flag, dialect, tools),
    compileConditions: (conditions, tools) => compileConditions(conditions, 'if', { ...tools, dialect }),
    outcomes: outcomesOf,
    explain: (flag, context, now) => explainFlag({ flag, context, now, dialect, findings: newFindings() }),
  };
}
