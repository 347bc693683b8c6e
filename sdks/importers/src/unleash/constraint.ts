import type { AttributeCondition, Condition } from '@burgee/evaluator';
import type { Constraint } from './model.ts';
import { NEVER, type Scope } from './plan.ts';

const LISTS = ['IN', 'NOT_IN', 'STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS', 'IN_CIDR'];
const NUMBERS = ['NUM_EQ', 'NUM_GT', 'NUM_GTE', 'NUM_LT', 'NUM_LTE'];
const VERSIONS = ['SEMVER_EQ', 'SEMVER_GT', 'SEMVER_GTE', 'SEMVER_LT', 'SEMVER_LTE'];
const DATES = ['DATE_AFTER', 'DATE_BEFORE'];
const KNOWN = [...LISTS, ...NUMBERS, ...VERSIONS, ...DATES, 'REGEX'];

/** The forms that Unleash's core reads in a rule, after which it tells an operator's kind. */
const FORMS = {
  number: /^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i,
  version: /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
  date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|[+-]\d\d:\d\d)$/,
};

const LABEL = '(0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const VERSION = new RegExp(
  `^(0|[1-9]\\d*)(\\.(0|[1-9]\\d*)){2}(-${LABEL}(\\.${LABEL})*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$`,
);

/** Dates that the Node SDK reads alike on every host. */
const NODE_DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

type Findings = Pick<Scope, 'isNode' | 'refuse' | 'warn' | 'kill'>;

/** A constraint as a condition that asks the same. */
export function conditionOf(constraint: Constraint, findings: Findings): Condition {
  const { operator, contextName, inverted, caseInsensitive, path } = constraint;
  if (!KNOWN.includes(operator)) {
    const message = `unknown operator ${operator}: nobody meets it, inverted or not`;
    if (findings.isNode) findings.warn(`${path}.operator`, message);
    else findings.kill(`${path}.operator`, `unknown operator ${operator}`);
    return NEVER;
  }
  const values = findings.isNode ? nodeValues(constraint, findings) : coreValues(constraint, findings);
  if (values === undefined) return NEVER;
  const ignoresCase = caseInsensitive && (operator.startsWith('STR_') || operator === 'REGEX');
  return {
    attr: findings.isNode && DATES.includes(operator) ? 'currentTime' : contextName,
    op: operator,
    values,
    ...(inverted && { not: true }),
    ...(ignoresCase && { ignoreCase: true }),
  } satisfies AttributeCondition;
}

function nodeValues({ operator, values, value, path }: Constraint, { refuse, warn }: Findings): readonly string[] {
  if (LISTS.includes(operator)) return values;
  if (value === undefined) return [];
  if (DATES.includes(operator) && !NODE_DATE.test(value)) {
    if (Number.isNaN(Date.parse(value))) warn(`${path}.value`, 'not a date: nothing comes after or before it');
    else refuse(`${path}.value`, 'a date that each host reads in its own way; write it as 2026-12-01T06:00:00Z');
  } else if (DATES.includes(operator) && /[T ]/.test(value) && !/(Z|[+-]\d\d:?\d\d)$/.test(value)) {
    warn(`${path}.value`, 'a date without a zone: the Node SDK takes its host’s, Burgee UTC');
  }
  return [value];
}

/** What the core can not compile makes the whole feature off. undefined: the constraint alone is met by nobody. */
function coreValues(constraint: Constraint, findings: Findings): readonly string[] | undefined {
  const { operator, value, path, contextName } = constraint;
  if (/"|\\$/.test(contextName)) findings.kill(`${path}.contextName`, 'a name with a quotation mark does not compile');
  if (LISTS.includes(operator)) return coreList(constraint, findings);
  if (operator === 'REGEX') {
    if (value?.endsWith('\\')) findings.kill(`${path}.value`, 'a pattern that ends in \\ does not compile');
    return [value ?? ''];
  }
  const text = value?.replace(/^[ \t]+|[ \t]+$/g, '') ?? '';
  if (VERSIONS.includes(operator) && value?.startsWith('v')) return undefined;
  const kind = NUMBERS.includes(operator) ? 'number' : VERSIONS.includes(operator) ? 'version' : 'date';
  const other = (['date', 'version', 'number'] as const).find((form) => FORMS[form].test(text));
  if (other === undefined || !isReadable(text, other)) {
    findings.kill(`${path}.value`, `not a ${kind}: it does not compile`);
  } else if (other !== kind) {
    findings.refuse(`${path}.value`, `operator ${operator} with a ${other}: Unleash’s core compares it as a ${other}`);
  }
  return [text];
}

function isReadable(text: string, form: keyof typeof FORMS): boolean {
  if (form === 'number') return true;
  if (form === 'version') return VERSION.test(text);
  const [, year = 0, month = 0, ...rest] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/.exec(text)?.map(Number) ?? [];
  const [day = 0, hour = 24, minute = 60, second = 61] = rest;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() + 1 === month && hour < 24 && minute < 60 && second <= 60;
}

function coreList({ operator, values, path }: Constraint, { kill }: Findings): readonly string[] {
  if (values.some((value) => value.endsWith('\\'))) kill(`${path}.values`, 'a value that ends in \\ does not compile');
  if (values.length === 0 && operator !== 'IN' && operator !== 'NOT_IN') {
    kill(`${path}.values`, `operator ${operator} without values does not compile`);
  }
  return operator === 'IN_CIDR' ? values.map(prefixed) : values;
}

/** An IPv4 network with its mask written out, such as 10.0.0.0/255.0.0.0, by the length of its prefix. */
export function prefixed(network: string): string {
  const [, address, mask = ''] = /^([\d.]+)\/(\d+\.\d+\.\d+\.\d+)$/.exec(network) ?? [];
  if (address === undefined) return network;
  const bits = mask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) && bits.length === 32
    ? `${address}/${bits.indexOf('0') < 0 ? 32 : bits.indexOf('0')}`
    : network;
}

/** Met by exactly these texts, whatever blanks they have. */
export function exactly(attr: string, values: readonly string[], isNode: boolean): Condition {
  if (!isNode) return { attr, op: 'IN', values };
  const plain = values.filter((value) => value !== '' && value === value.trim());
  const odd = values.filter((value) => !plain.includes(value));
  if (odd.length === 0) return { attr, op: 'IN', values: plain };
  // The Node SDK trims the values of IN, so those with blanks are asked for by pattern.
  const patterns = odd.map((value) => `^${value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`);
  return { any: [{ attr, op: 'IN', values: plain }, ...patterns.map((one) => ({ attr, op: 'REGEX', values: [one] }))] };
}
