import type { SemanticsName } from '@burgee/evaluator';
import type { ValueKind } from './values.ts';

/** How an operator reads in a sentence, and what its operand is. */
export interface OperatorWords {
  readonly op: string;
  readonly words: string;
  readonly negated: string;
  readonly operand: ValueKind | 'typed' | 'none';
  readonly one?: boolean;
  readonly hint: string;
  /** Texts may be compared whatever their case. */
  readonly folds?: boolean;
}

const list = { operand: 'typed', hint: 'Type a value, then Enter', folds: true } as const;
const texts = { operand: 'text', folds: true } as const;
const number = { operand: 'number', one: true, hint: 'Number' } as const;
const instant = { operand: 'text', one: true, hint: '2026-12-01T06:00:00Z' } as const;
const version = { operand: 'text', one: true, hint: '4.2.0' } as const;

const burgee: readonly OperatorWords[] = [
  { op: 'in', words: 'is one of', negated: 'is none of', ...list },
  { op: 'equals', words: 'is', negated: 'is not', ...list, one: true, hint: 'Value' },
  { op: 'starts_with', words: 'starts with', negated: 'does not start with', ...texts, hint: 'Start, then Enter' },
  { op: 'ends_with', words: 'ends with', negated: 'does not end with', ...texts, hint: '@example.com, then Enter' },
  { op: 'contains', words: 'contains', negated: 'does not contain', ...texts, hint: 'Part, then Enter' },
  {
    op: 'matches',
    words: 'matches',
    negated: 'does not match',
    operand: 'text',
    one: true,
    hint: 'Regular expression (RE2)',
  },
  { op: 'has_any', words: 'has any of', negated: 'has none of', ...list },
  { op: 'has_all', words: 'has all of', negated: 'does not have all of', ...list },
  {
    op: 'in_cidr',
    words: 'is in network',
    negated: 'is not in network',
    operand: 'text',
    hint: '10.0.0.0/8, then Enter',
  },
  { op: 'number_eq', words: '=', negated: '≠', ...number },
  { op: 'number_gt', words: '>', negated: 'not >', ...number },
  { op: 'number_gte', words: '≥', negated: 'not ≥', ...number },
  { op: 'number_lt', words: '<', negated: 'not <', ...number },
  { op: 'number_lte', words: '≤', negated: 'not ≤', ...number },
  { op: 'date_before', words: 'is before', negated: 'is not before', ...instant },
  { op: 'date_after', words: 'is after', negated: 'is not after', ...instant },
  { op: 'semver_eq', words: 'is version', negated: 'is not version', ...version },
  { op: 'semver_gt', words: 'is newer than', negated: 'is not newer than', ...version },
  { op: 'semver_gte', words: 'is at least version', negated: 'is below version', ...version },
  { op: 'semver_lt', words: 'is older than', negated: 'is not older than', ...version },
  { op: 'semver_lte', words: 'is at most version', negated: 'is above version', ...version },
  { op: 'exists', words: 'is present', negated: 'is absent', operand: 'none', hint: '' },
];

/** Unleash's own names, because whoever comes from there knows them; every value is a text. Only its text operators look at case. */
const unleash: readonly OperatorWords[] = [
  ...['IN', 'NOT_IN'].map((op) => named(op, 'Type a value, then Enter')),
  ...['STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS'].map((op) => ({
    ...named(op, 'Text, then Enter'),
    folds: true,
  })),
  ...['NUM_EQ', 'NUM_GT', 'NUM_GTE', 'NUM_LT', 'NUM_LTE'].map((op) => named(op, 'Number', true)),
  ...['DATE_AFTER', 'DATE_BEFORE'].map((op) => named(op, instant.hint, true)),
  ...['SEMVER_EQ', 'SEMVER_GT', 'SEMVER_GTE', 'SEMVER_LT', 'SEMVER_LTE'].map((op) => named(op, version.hint, true)),
  named('REGEX', 'Regular expression (RE2)', true),
  named('IN_CIDR', '10.0.0.0/8, then Enter'),
];

function named(op: string, hint: string, one = false): OperatorWords {
  return { op, words: op, negated: `not ${op}`, operand: 'text', hint, ...(one ? { one } : {}) };
}

/** The operators that a flag or a segment of these semantics may use. */
export function operatorsOf(semantics: SemanticsName): readonly OperatorWords[] {
  return semantics === 'unleash' || semantics === 'unleash-node' ? unleash : burgee;
}

const byName = new Map([...burgee, ...unleash].map((words) => [words.op, words]));

/** Words for an operator; one that this page does not know reads as its name. */
export function wordsOf(op: string): OperatorWords {
  return byName.get(op) ?? { op, words: op, negated: `not ${op}`, operand: 'typed', hint: 'Value, then Enter' };
}

/** Whether "ignore case" means anything for values of this kind. */
export function canIgnoreCase({ folds, operand }: OperatorWords, kind: ValueKind): boolean {
  return folds === true && (operand === 'text' || kind === 'text');
}
