import type { Finding } from '../imported.ts';
import { isFields, own } from './document.ts';

/**
 * Where a targeting departs from flagd's schema.
 *
 * flagd warns about that and decides all the same, mostly by its default variant; so does the import.
 */
export function targetingFindings(flag: unknown, key: string, path: string): Finding[] {
  const findings: Finding[] = [];
  const targeting = isFields(flag) ? own(flag, 'targeting') : undefined;
  if (targeting === undefined || targeting === null) return findings;
  const rest: Node[] = [{ logic: targeting, path: `${path}.targeting` }];
  if (!isFields(targeting)) report(rest[0] as Node, 'a targeting is an object');
  while (rest.length > 0 && findings.length < MOST) {
    const node = rest.pop() as Node;
    for (const message of faultsOf(node.logic)) report(node, message);
    for (const [name, inside] of partsOf(node.logic)) rest.push({ logic: inside, path: `${node.path}${name}` });
  }
  return findings;

  function report({ path: at }: Node, message: string): void {
    findings.push({ key, path: at, message: `flagd takes this, but its schema does not: ${message}` });
  }
}

/** Enough to see what is the matter. */
const MOST = 20;

interface Node {
  readonly logic: unknown;
  readonly path: string;
}

function partsOf(logic: unknown): [string, unknown][] {
  if (Array.isArray(logic)) return logic.map((item, i) => [`[${i}]`, item]);
  return isFields(logic) ? Object.entries(logic).map(([name, value]) => [`.${name}`, value]) : [];
}

function faultsOf(logic: unknown): string[] {
  if (!isFields(logic)) return [];
  const [name, second] = Object.keys(logic);
  if (name === undefined) return [];
  if (second !== undefined) return ['logic with more than one operator stands for itself'];
  const check = CHECKS.get(name);
  if (check === undefined)
    return OPERATORS.has(name) ? [] : [`there is no operator ${name}, so it ends in PARSE_ERROR`];
  return [check(logic[name])].filter((message) => message !== undefined);
}

const OPERATORS = new Set(
  'if ?: == != === !== < <= > >= ! !! and or + - * / % min max cat substr in merge map filter reduce all none some missing missing_some'.split(
    ' ',
  ),
);

type Check = (args: unknown) => string | undefined;

/** Whether flagd has an operator of that name. */
export function isOperator(name: string): boolean {
  return OPERATORS.has(name) || (CHECKS.has(name) && name !== '$ref');
}

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['var', checkVariable],
  ['$ref', () => 'there is no such evaluator, so it ends in PARSE_ERROR'],
  ['starts_with', (args) => checkTexts('starts_with', args)],
  ['ends_with', (args) => checkTexts('ends_with', args)],
  ['sem_ver', checkVersions],
  ['fractional', checkFractional],
]);

function checkVariable(args: unknown): string | undefined {
  const name = Array.isArray(args) ? args[0] : args;
  if (typeof name !== 'string' || !name.startsWith('$flagd.')) return undefined;
  return ['$flagd.flagKey', '$flagd.timestamp'].includes(name) ? undefined : `flagd knows no ${name}`;
}

function checkTexts(name: string, args: unknown): string | undefined {
  if (!Array.isArray(args) || args.length !== 2) return `${name} wants two texts`;
  return args.every((one) => typeof one === 'string' || isFields(one)) ? undefined : `${name} wants two texts`;
}

const OPERATIONS = ['=', '!=', '<', '<=', '>', '>=', '^', '~'];
const VERSION = /^[vV]?\d+(\.\d+(\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?)?$/;

function checkVersions(args: unknown): string | undefined {
  if (!Array.isArray(args) || args.length !== 3) return 'sem_ver wants a version, an operator and a version';
  const [value, operator, target] = args;
  if (!OPERATIONS.includes(operator)) return `sem_ver has the operators ${OPERATIONS.join(' ')}`;
  const wrong = [value, target].find((one) => !isFields(one) && !(typeof one === 'string' && VERSION.test(one)));
  return wrong === undefined ? undefined : `not a version: ${JSON.stringify(wrong)}`;
}

function checkFractional(args: unknown): string | undefined {
  if (!Array.isArray(args) || args.length === 0) return 'fractional wants a list of variants with weights';
  const [first, ...others] = args;
  if (!Array.isArray(first) && !isFields(first)) return 'the bucketing value of fractional is logic';
  const arms: unknown[] = Array.isArray(first) ? args : others;
  for (const arm of arms) {
    if (!Array.isArray(arm) || arm.length === 0 || arm.length > 2)
      return 'an arm of fractional is a variant and a weight';
    const weight = arm[1] ?? 1;
    if (isFields(weight)) continue;
    if (typeof weight !== 'number' || !Number.isInteger(weight) || weight < 0) {
      return `a weight is a whole number from 0 on, not ${JSON.stringify(weight)}`;
    }
  }
  return undefined;
}
