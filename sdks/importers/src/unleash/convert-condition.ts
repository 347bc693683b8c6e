import type { AttributeCondition, Condition } from '@burgee/evaluator';
import { NEVER } from './plan.ts';

export interface Notes {
  /** What the converted flag asks or takes in another way. */
  note(text: string): void;
  /** What Burgee has no words for. */
  refuse(reason: string): void;
}

type Maker = (condition: AttributeCondition, values: readonly string[], notes: Notes) => Condition;

const OPERATORS: Readonly<Record<string, Maker>> = {
  IN: listed('in'),
  STR_STARTS_WITH: texts('starts_with'),
  STR_ENDS_WITH: texts('ends_with'),
  STR_CONTAINS: texts('contains'),
  NUM_EQ: numbers('number_eq'),
  NUM_GT: numbers('number_gt'),
  NUM_GTE: numbers('number_gte'),
  NUM_LT: numbers('number_lt'),
  NUM_LTE: numbers('number_lte'),
  SEMVER_EQ: versions('semver_eq'),
  SEMVER_GT: versions('semver_gt'),
  SEMVER_GTE: versions('semver_gte'),
  SEMVER_LT: versions('semver_lt'),
  SEMVER_LTE: versions('semver_lte'),
  DATE_AFTER: dates('date_after', 1),
  DATE_BEFORE: dates('date_before', 0),
  REGEX: pattern,
  IN_CIDR: networks,
};

/** A condition of Unleash in Burgee's operators. */
export function convertCondition(condition: Condition, notes: Notes): Condition {
  if ('segment' in condition) return condition;
  if ('all' in condition) return { all: condition.all.map((one) => convertCondition(one, notes)) };
  if ('any' in condition) return { any: condition.any.map((one) => convertCondition(one, notes)) };
  if ('none' in condition) return { none: condition.none.map((one) => convertCondition(one, notes)) };
  const { op, values = [], not = false } = condition;
  const name = op === 'NOT_IN' ? 'IN' : op;
  const make = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (make === undefined) {
    notes.refuse(`operator ${op}`);
    return NEVER;
  }
  const made = make(condition, values.map(String), notes);
  return not === (op === 'NOT_IN') ? made : turned(made);
}

function turned(condition: Condition): Condition {
  return 'attr' in condition ? { ...condition, not: true } : { none: [condition] };
}

function listed(op: string): Maker {
  return ({ attr }, values, { note }) => {
    note(`attribute ${attr}: a number or a boolean is not compared as text any more`);
    return values.length === 0 ? NEVER : { attr, op, values: trimmed(values) };
  };
}

function texts(op: string): Maker {
  return ({ attr, ignoreCase }, values, { note }) => {
    note(`attribute ${attr}: only a text fits operator ${op}, anything else is an error`);
    if (values.length === 0) return NEVER;
    return { attr, op, values: trimmed(values), ...(ignoreCase === true && { ignoreCase }) };
  };
}

function trimmed(values: readonly string[]): string[] {
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

function numbers(op: string): Maker {
  return ({ attr }, [value = ''], { note, refuse }) => {
    const operand = Number(value);
    if (value.trim() === '' || !Number.isFinite(operand)) refuse(`attribute ${attr}: ${value} is not a number`);
    note(`attribute ${attr}: only a number fits operator ${op}, a number written as text is an error`);
    return { attr, op, values: [operand] };
  };
}

function versions(op: string): Maker {
  return ({ attr }, [value = ''], { note }) => {
    note(`attribute ${attr}: what is no version is an error, not a no`);
    return { attr, op, values: [value.replace(/^v/, '')] };
  };
}

/** Burgee's date_after takes the instant in, Unleash's begins just behind it. */
function dates(op: string, shiftMs: number): Maker {
  return ({ attr }, [value = ''], { note, refuse }) => {
    const instant = Date.parse(value);
    if (attr !== 'currentTime') refuse(`operator ${op} on attribute ${attr}`);
    if (Number.isNaN(instant)) {
      refuse(`${value} is not a date`);
      return NEVER;
    }
    note('dates look at the clock of Burgee; currentTime in the context does not count any more');
    return { attr: 'now', op, values: [new Date(instant + shiftMs).toISOString()] };
  };
}

function pattern(
  { attr, ignoreCase }: AttributeCondition,
  [value = '']: readonly string[],
  { note }: Notes,
): Condition {
  note(`attribute ${attr}: only a text fits operator matches, anything else is an error`);
  return { attr, op: 'matches', values: [ignoreCase === true ? `(?i)${value}` : value] };
}

function networks({ attr }: AttributeCondition, values: readonly string[], { note }: Notes): Condition {
  const good = values
    .map((value) => value.trim())
    .filter((value) => /^([\d.]+|[\da-f:.]*:[\da-f:.]*)(\/\d+)?$/i.test(value));
  note(`attribute ${attr}: an IPv4 address written as IPv6 counts as the IPv4 address it is`);
  return good.length === 0 ? NEVER : { attr, op: 'in_cidr', values: good };
}
