import type { ValueKind } from './values.ts';

/** How an operator reads in a sentence, and what its operand is. */
export interface OperatorWords {
  readonly op: string;
  readonly words: string;
  readonly negated: string;
  readonly operand: ValueKind | 'typed' | 'none';
  readonly one?: boolean;
  readonly hint: string;
}

export const operatorWords: readonly OperatorWords[] = [
  { op: 'in', words: 'is one of', negated: 'is none of', operand: 'typed', hint: 'Type a value, then Enter' },
  { op: 'equals', words: 'is', negated: 'is not', operand: 'typed', one: true, hint: 'Value' },
  {
    op: 'starts_with',
    words: 'starts with',
    negated: 'does not start with',
    operand: 'text',
    hint: 'Start, then Enter',
  },
  {
    op: 'ends_with',
    words: 'ends with',
    negated: 'does not end with',
    operand: 'text',
    hint: '@example.com, then Enter',
  },
  { op: 'contains', words: 'contains', negated: 'does not contain', operand: 'text', hint: 'Part, then Enter' },
  {
    op: 'matches',
    words: 'matches',
    negated: 'does not match',
    operand: 'text',
    one: true,
    hint: 'Regular expression (RE2)',
  },
  { op: 'number_eq', words: '=', negated: '≠', operand: 'number', one: true, hint: 'Number' },
  { op: 'number_gt', words: '>', negated: 'not >', operand: 'number', one: true, hint: 'Number' },
  { op: 'number_gte', words: '≥', negated: 'not ≥', operand: 'number', one: true, hint: 'Number' },
  { op: 'number_lt', words: '<', negated: 'not <', operand: 'number', one: true, hint: 'Number' },
  { op: 'number_lte', words: '≤', negated: 'not ≤', operand: 'number', one: true, hint: 'Number' },
  {
    op: 'date_before',
    words: 'is before',
    negated: 'is not before',
    operand: 'text',
    one: true,
    hint: '2026-12-01T06:00:00Z',
  },
  {
    op: 'date_after',
    words: 'is after',
    negated: 'is not after',
    operand: 'text',
    one: true,
    hint: '2026-12-01T06:00:00Z',
  },
  { op: 'semver_eq', words: 'is version', negated: 'is not version', operand: 'text', one: true, hint: '4.2.0' },
  { op: 'semver_gt', words: 'is newer than', negated: 'is not newer than', operand: 'text', one: true, hint: '4.2.0' },
  {
    op: 'semver_gte',
    words: 'is at least version',
    negated: 'is below version',
    operand: 'text',
    one: true,
    hint: '4.2.0',
  },
  { op: 'semver_lt', words: 'is older than', negated: 'is not older than', operand: 'text', one: true, hint: '4.2.0' },
  {
    op: 'semver_lte',
    words: 'is at most version',
    negated: 'is above version',
    operand: 'text',
    one: true,
    hint: '4.2.0',
  },
  { op: 'exists', words: 'is present', negated: 'is absent', operand: 'none', hint: '' },
];

const byName = new Map(operatorWords.map((words) => [words.op, words]));

/** Words for an operator; one that this page does not know reads as its name. */
export function wordsOf(op: string): OperatorWords {
  return byName.get(op) ?? { op, words: op, negated: `not ${op}`, operand: 'typed', hint: 'Value, then Enter' };
}
