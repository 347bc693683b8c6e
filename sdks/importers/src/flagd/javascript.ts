import { isOperator } from './targeting.ts';

type Context = Readonly<Record<string, unknown>>;
type Values = readonly unknown[];
type Difference = (operator: string, values: Values, context: Context) => boolean;

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the borders of ASCII
const isNonAscii = (value: unknown) => typeof value === 'string' && /[^\u0000-\u007f]/.test(value);
const arms = (values: Values) => values.filter((value) => Array.isArray(value)) as Values[];
const isComparison = (operator: string) => /^(==|!=|===|<|<=|>|>=)$/.test(operator);
const isArithmetic = (operator: string) => /^([-+*/%]|min|max)$/.test(operator);
const byTargetingKey = (operator: string, [first]: Values) =>
  operator === 'fractional' && (Array.isArray(first) || first === undefined || first === null);

/**
 * Where flagd's JavaScript evaluator decides otherwise than its Go evaluator, which Burgee follows: what happens, and
 * whether an operator with these values, in this context, is such a case.
 */
const differences: Readonly<Record<string, Difference>> = {
  'a bucketing value beyond ASCII is hashed by other bytes': (operator, values, context) =>
    operator === 'fractional' && (isNonAscii(values[0]) || isNonAscii(context.targetingKey)),
  'a bucketing value of null ends in the default variant': (operator, [first]) =>
    operator === 'fractional' && (first === undefined || first === null),
  'a targeting key that is no text is hashed': (operator, values, { targetingKey }) =>
    byTargetingKey(operator, values) && targetingKey !== undefined && typeof targetingKey !== 'string',
  'an arm of three items is refused': (operator, values) =>
    operator === 'fractional' && arms(values).some((arm) => arm.length > 2),
  'a weight of null is refused': (operator, values) =>
    operator === 'fractional' && arms(values).some((arm) => arm.length > 1 && arm[1] === null),
  'cat takes what is neither text nor number': (operator, values) =>
    operator === 'cat' && values.some((value) => typeof value !== 'string' && typeof value !== 'number'),
  'cat writes numbers with an exponent in another way': (operator, values) =>
    operator === 'cat' && values.some((value) => typeof value === 'number' && String(value).includes('e')),
  'cat does not trim': (operator, values) =>
    operator === 'cat' && values.some((value) => typeof value === 'string' && value !== value.trim()),
  'in fails where it can not search': (operator, [, place]) =>
    operator === 'in' && typeof place !== 'string' && !Array.isArray(place),
  'in finds only texts in a text': (operator, [sought, place]) =>
    operator === 'in' && typeof place === 'string' && typeof sought !== 'string',
  'in does not read numbers from texts': (operator, [sought, place]) =>
    operator === 'in' && typeof sought === 'number' && Array.isArray(place),
  'a list or an object can not be compared': (operator, values) => isComparison(operator) && values.some(isObject),
  'null is compared in another way': (operator, values) =>
    isComparison(operator) && values.some((value) => value === null || value === undefined),
  'texts are read as numbers in another way': (operator, values) =>
    isComparison(operator) &&
    values.some((value) => typeof value === 'string') &&
    values.some((value) => typeof value !== 'string'),
  'a name inside a list is not found': (operator, [name], context) =>
    operator === 'var' && /^[^.]+\./.test(String(name)) && Array.isArray(context[String(name).split('.', 1)[0] ?? '']),
  'what is no number is reckoned with in another way': (operator, values) =>
    isArithmetic(operator) && values.some((value) => typeof value !== 'number'),
  'what is no list is walked through in another way': (operator, [list]) =>
    /^(map|filter|reduce|all|none|some)$/.test(operator) && !Array.isArray(list),
  'an attribute that is null counts as there': (operator, _, context) =>
    /^missing(_some)?$/.test(operator) && Object.values(context).includes(null),
  'an unknown operator fails where it is not reached, too': (operator) => !isOperator(operator),
  'a version is checked in another way': (operator, [value]) => operator === 'sem_ver' && typeof value !== 'string',
};

/** Those of the differences that a targeting and a context can give rise to. */
export function differencesOfFlagdJavascript(targeting: unknown, context: Context): string[] {
  const found = new Set<string>();
  walk(targeting);
  return [...found];

  function walk(logic: unknown): void {
    if (Array.isArray(logic)) for (const item of logic) walk(item);
    if (!isObject(logic) || Array.isArray(logic)) return;
    for (const [operator, args] of Object.entries(logic as Context)) {
      const values = (Array.isArray(args) ? args : [args]).map((one) => evaluated(one, context));
      for (const [name, test] of Object.entries(differences)) if (test(operator, values, context)) found.add(name);
      walk(args);
    }
  }
}

/** Of a literal, a variable or the texts that `cat` joins; 0 for any number that is reckoned. */
function evaluated(logic: unknown, context: Context): unknown {
  if (!isObject(logic) || Array.isArray(logic)) return logic;
  const { var: name, cat } = logic as { readonly var?: string | readonly string[]; readonly cat?: Values };
  if (cat !== undefined) return cat.map((one) => evaluated(one, context)).join('');
  if (Object.keys(logic as Context).some(isArithmetic)) return 0;
  if (name === undefined) return false;
  let value: unknown = context;
  for (const part of String(Array.isArray(name) ? name[0] : name).split('.')) {
    value = isObject(value) ? (value as Context)[part] : undefined;
  }
  return value;
}
