import { arithmetic } from './arithmetic.ts';
import { always, compileLogic, type Operator, type Operators, plain, runLogic } from './compiler.ts';
import type { Fractional } from './fractional.ts';
import { fractionalOperator } from './fractional.ts';
import { lists } from './list.ts';
import { texts } from './text.ts';
import { argument, isEqual, isLess, isList, isMap, isSame, isTrue, listOf } from './value.ts';
import { variables } from './variable.ts';
import type { Run } from './work.ts';

/** The operators of one version of flagd. */
export function operatorsOf(fractional: Fractional): Operators {
  const operators: Map<string, Operator> = new Map([
    ...choices(() => operators),
    ...comparisons,
    ...arithmetic,
    ...texts,
    ...lists,
    ...variables,
    ['fractional', fractionalOperator(fractional)],
  ]);
  return operators;
}

/** `if`, `and`, `or` look only at the arguments they need. */
function choices(operators: () => Operators): [string, Operator][] {
  const conditional: Operator = (args, compiler) => {
    const runs = argumentRuns(args, compiler);
    const clause = (run: Run | undefined): Run => {
      if (run === undefined) return always(null);
      // What a clause gives is logic once more if it is an object.
      return (data, work) => {
        const result = run(data, work);
        return isMap(result) ? runLogic(result, data, work, operators()) : result;
      };
    };
    const clauses = runs?.map(clause);
    return (data, work) => {
      if (runs === undefined || clauses === undefined) return listOf(args);
      for (let i = 0; i + 1 < runs.length; i += 2) {
        if (isTrue(runs[i]?.(data, work))) return clauses[i + 1]?.(data, work);
      }
      return runs.length % 2 === 1 ? clauses[runs.length - 1]?.(data, work) : null;
    };
  };
  return [
    ['if', conditional],
    ['?:', conditional],
    ['and', untilTruth(false)],
    ['or', untilTruth(true)],
  ];
}

/** The first argument that is as true as sought, else the last; null without arguments. */
function untilTruth(sought: boolean): Operator {
  return (args, compiler) => {
    const runs = argumentRuns(args, compiler);
    return (data, work) => {
      if (runs === undefined) return listOf(args);
      let last: unknown = null;
      for (const run of runs) {
        last = run(data, work);
        if (isTrue(last) === sought) return last;
      }
      return last;
    };
  };
}

/** Each argument by itself; undefined: the arguments are no list. */
function argumentRuns(args: unknown, compiler: Parameters<Operator>[1]): Run[] | undefined {
  return isList(args) ? args.map((one) => compileLogic(one, compiler)) : undefined;
}

const isAtMost = (a: unknown, b: unknown) => isLess(a, b) || isEqual(a, b);

const comparisons: readonly [string, Operator][] = [
  ['==', pair(isEqual)],
  ['!=', pair(isEqual, { negated: true })],
  ['===', pair(isSame, { lenient: true })],
  ['!==', pair(isSame, { lenient: true, negated: true })],
  ['<', between(isLess)],
  ['<=', between(isAtMost)],
  ['>', between((a, b) => isLess(b, a))],
  ['>=', between((a, b) => isAtMost(b, a))],
  ['!', plain((values) => !isTrue(first(values)))],
  ['!!', plain((values) => isTrue(first(values)))],
];

/** The first item of a list that has one, else the value itself. */
function first(values: unknown): unknown {
  return isList(values) && values.length > 0 ? argument(values, 0) : values;
}

interface PairOptions {
  readonly negated?: boolean;
  /** Without a list of arguments: not equal, where others fail. */
  readonly lenient?: boolean;
}

function pair(
  test: (a: unknown, b: unknown) => boolean,
  { negated = false, lenient = false }: PairOptions = {},
): Operator {
  return (args, compiler) => {
    if (isList(args) && args.length === 2) {
      const [a, b] = [compileLogic(args[0], compiler), compileLogic(args[1], compiler)];
      return (data, work) => test(a(data, work), b(data, work)) !== negated;
    }
    const run = compileLogic(args, compiler);
    return (data, work) => {
      const values = run(data, work);
      if (lenient && !isList(values)) return negated;
      const list = listOf(values);
      return (list.length >= 2 && test(argument(list, 0), argument(list, 1))) !== negated;
    };
  };
}

/** Of three arguments the middle one must stand between the others. */
function between(test: (a: unknown, b: unknown) => boolean): Operator {
  return plain((values) => {
    const list = listOf(values);
    if (list.length < 2) return false;
    const middle = argument(list, 1);
    return test(argument(list, 0), middle) && (list.length !== 3 || test(middle, argument(list, 2)));
  });
}
