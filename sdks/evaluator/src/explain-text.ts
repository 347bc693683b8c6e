import type { Evaluation, EvaluationContext } from './evaluation.ts';
import { groupOf } from './match.ts';
import { type Condition, NOW } from './ruleset.ts';

/** A decision as one sentence. */
export function describeEvaluation(evaluation: Evaluation): string {
  const { flagKey, value, variant, reason, ruleId, errorMessage, metadata } = evaluation;
  const literal = typeof value === 'object' ? shown(value) : `the value ${shown(value)}`;
  const unnamed = value === undefined ? "the code's default" : literal;
  const served = variant === undefined ? unnamed : `variant ${variant}`;
  return `${flagKey} serves ${served}: ${because()}.`;

  function because(): string {
    if (reason === 'ERROR') return errorMessage ?? 'an error';
    if (ruleId !== undefined) return `rule ${ruleId} matched${reason === 'SPLIT' ? ' and the hash decided' : ''}`;
    if (reason === 'TARGETING_MATCH') {
      const prerequisite = metadata?.prerequisite;
      return prerequisite === undefined ? 'its targeting matched' : `prerequisite ${prerequisite} is not met`;
    }
    if (reason === 'DISABLED') return 'it is not enabled';
    if (reason === 'SPLIT') return 'the hash decided the split';
    return reason === 'DEFAULT' ? 'no rule matched' : 'the same for everyone';
  }
}

/** A condition, and what the context has to say to it. */
export function describeCondition(condition: Condition, context: EvaluationContext): string {
  if ('attr' in condition) {
    const { attr, op, values = [], not, ignoreCase } = condition;
    const words = [not === true ? `not ${attr}` : attr, op, listed(values), ignoreCase === true ? 'in any case' : ''];
    const asked = words.filter((part) => part !== '').join(' ');
    return attr === NOW ? asked : `${asked}: the context has ${shown(context[attr])}`;
  }
  if ('segment' in condition) return `${condition.not === true ? 'not in' : 'in'} segment ${condition.segment}`;
  const [group, parts] = groupOf(condition);
  return `${group} of (${parts.map((part) => describeCondition(part, context)).join('; ')})`;
}

function listed(values: readonly unknown[]): string {
  const few = values.slice(0, 5).map(shownScalar).join(', ');
  return values.length > 5 ? `${few} and ${values.length - 5} more` : few;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${listed(value)}]` : shownScalar(value);
}

function shownScalar(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string')
    return value.length > 100 ? `${JSON.stringify(value.slice(0, 100))}…` : JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a value of type ${typeof value}`;
}
