import type { Matcher } from '../compiled.ts';
import type { Fault } from '../evaluation.ts';
import { compareVersions } from '../grammar.ts';
import { addressOf, isIn, type Network, networkOf } from '../network.ts';
import type { AttributeCondition } from '../ruleset.ts';
import type { Findings, RegexEngine } from '../scope.ts';
import { type Read, reader } from './context.ts';
import type { Dialect } from './dialect.ts';

/** What making conditions ready needs. */
export interface Surroundings {
  readonly dialect: Dialect;
  readonly findings: Findings;
  readonly regex: RegexEngine | undefined;
}

interface Asked extends Surroundings {
  readonly attr: string;
  readonly values: readonly string[];
  readonly ignoreCase: boolean;
}

/** Whether a text of the context passes. */
type TextTest = (text: string) => boolean | Fault;

/** Operators that ask the text of an attribute; who has none does not pass. */
const texts: Readonly<Record<string, (asked: Asked) => TextTest>> = {
  IN: oneOf,
  STR_STARTS_WITH: (asked) => some(asked, (text, value) => text.startsWith(value)),
  STR_ENDS_WITH: (asked) => some(asked, (text, value) => text.endsWith(value)),
  STR_CONTAINS: (asked) => some(asked, (text, value) => text.includes(value)),
  NUM_EQ: (asked) => number(asked, asked.dialect.equals),
  NUM_GT: (asked) => number(asked, (a, b) => a > b),
  NUM_GTE: (asked) => number(asked, (a, b) => a >= b),
  NUM_LT: (asked) => number(asked, (a, b) => a < b),
  NUM_LTE: (asked) => number(asked, (a, b) => a <= b),
  SEMVER_EQ: (asked) => version(asked, (order) => order === 0),
  SEMVER_GT: (asked) => version(asked, (order) => order > 0),
  SEMVER_GTE: (asked) => version(asked, (order) => order >= 0),
  SEMVER_LT: (asked) => version(asked, (order) => order < 0),
  SEMVER_LTE: (asked) => version(asked, (order) => order <= 0),
  REGEX: pattern,
  IN_CIDR: network,
};

const dates: Readonly<Record<string, (time: number, operand: number) => boolean>> = {
  DATE_AFTER: (time, operand) => time > operand,
  DATE_BEFORE: (time, operand) => time < operand,
};

/** The test of one constraint, not yet turned round; a fault of the definition goes to the findings. */
export function compileOperator(condition: AttributeCondition, path: string, surroundings: Surroundings): Matcher {
  const { attr, op, values = [], ignoreCase = false } = condition;
  const asked = { ...surroundings, attr, values: values.map(String), ignoreCase };
  const dated = Object.hasOwn(dates, op) ? dates[op] : undefined;
  if (dated !== undefined) return compileDate(asked, dated);
  const name = op === 'NOT_IN' ? 'IN' : op;
  const make = Object.hasOwn(texts, name) ? texts[name] : undefined;
  try {
    if (make === undefined) throw new Error(`unknown operator ${op}`);
    const test = make(asked);
    const matches = textMatcher(reader(attr, asked.findings), asked.dialect, test);
    return op === 'NOT_IN' ? (context, now) => !matches(context, now) : matches;
  } catch (error) {
    asked.findings.problems.push({ path, message: (error as Error).message });
    return () => false;
  }
}

function textMatcher(read: Read, { textOf }: Dialect, test: TextTest): Matcher {
  return (context) => {
    const text = textOf(read(context));
    return text === undefined ? false : test(text);
  };
}

function compileDate({ attr, values, dialect, findings }: Asked, passes: (a: number, b: number) => boolean): Matcher {
  const clock = dialect.clock(attr, reader(attr, findings));
  findings.reads.add('currentTime');
  const operand = dialect.dateOf(values[0] ?? '');
  // The answer changes at the instant itself or just behind it, and by a clock of whole seconds with the next one.
  const nextSecond = Math.floor(operand / 1000) * 1000 + 1000;
  if (!Number.isNaN(operand)) for (const at of [operand, operand + 1, nextSecond]) findings.changes.add(at);
  return (context, now) => passes(clock(context, now), operand);
}

function oneOf({ values, dialect }: Asked): TextTest {
  const set = new Set(dialect.listed(values));
  return (text) => set.has(text);
}

function some({ values, ignoreCase, dialect }: Asked, passes: (text: string, value: string) => boolean): TextTest {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const operands = dialect.listed(values).map(fold);
  return (text) => {
    const folded = fold(text);
    for (const operand of operands) if (passes(folded, operand)) return true;
    return false;
  };
}

function number({ values, dialect }: Asked, passes: (a: number, b: number) => boolean): TextTest {
  const operand = values[0] === undefined ? Number.NaN : dialect.numberOf(values[0]);
  // NaN compares false with everything.
  return (text) => passes(dialect.numberOf(text), operand);
}

function version({ values, dialect }: Asked, passes: (order: number) => boolean): TextTest {
  const operand = values[0] === undefined ? undefined : dialect.versionOf(values[0], 'value');
  if (operand === undefined) return () => false;
  return (text) => {
    const read = dialect.versionOf(text, 'context');
    return read !== undefined && passes(compareVersions(read, operand));
  };
}

function pattern({ attr, values: [source], ignoreCase, regex }: Asked): TextTest {
  if (regex === undefined) throw new Error('operator REGEX needs the regular expression engine');
  if (source === undefined) return () => false;
  const test = compilePattern(ignoreCase ? `(?i)${source}` : source, regex);
  if (test === undefined) return () => false;
  return (text) => test(text) ?? tooLong(attr);
}

/** undefined: no pattern at all, which matches nothing; one that is only too large is an error of the flag. */
function compilePattern(source: string, regex: RegexEngine): ReturnType<RegexEngine['compile']> | undefined {
  try {
    return regex.compile(source);
  } catch (error) {
    if ((error as Error).name === 'RE2JSSyntaxException') return undefined;
    throw error;
  }
}

function tooLong(attr: string): Fault {
  return {
    errorCode: 'INVALID_CONTEXT',
    errorMessage: `attribute ${attr} has more than 512 bytes, too many for a pattern`,
  };
}

/** Families never mix, and what is no network counts as not listed. */
function network({ values, dialect }: Asked): TextTest {
  const lists: Record<'4' | '6', Network[]> = { 4: [], 6: [] };
  for (const value of dialect.listed(values)) {
    const read = networkOf(dialect.networkText(value, 'value'));
    if (read !== undefined) lists[familyOf(value)].push(read);
  }
  return (text) => {
    const list = lists[familyOf(text)];
    if (list.length === 0) return false;
    const own = networkOf(dialect.networkText(text, 'context'));
    if (own === undefined || (dialect.encoding === 'utf-8' && addressOf(text) === undefined)) return false;
    return list.some((one) => one.address === own.address || (own.bits >= one.bits && isIn(one, own.address)));
  };
}

function familyOf(text: string): '4' | '6' {
  return text.includes(':') ? '6' : '4';
}
