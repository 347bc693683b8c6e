import { type Compiler, compileLogic, compileSilently, type Operator, plain, silent } from './compiler.ts';
import { numberOf } from './number.ts';
import { collectNames, isInert, isPlain, solve } from './solve.ts';
import { written } from './text.ts';
import { argument, isIdentical, isList, isMap, isScalar, isTrue, type List, listOf, nameOf } from './value.ts';
import { type Run, spend, Undecidable, type Work } from './work.ts';

/** Operators that go through a list; its items are the data of their logic. */
export const lists: readonly [string, Operator][] = [
  ['map', withArguments(2, [], map)],
  ['filter', withArguments(2, [], filter)],
  ['reduce', withArguments(3, 0, reduce)],
  ['all', withArguments(1, undefined, all)],
  ['some', withArguments(1, undefined, some)],
  ['none', withArguments(1, undefined, none)],
  ['merge', plain(merge)],
  [
    'contains_all',
    plain((values, work) => contains(values, work, false, (list, sought) => sought.every((one) => holds(list, one)))),
  ],
  [
    'contains_any',
    plain((values, work) => contains(values, work, false, (list, sought) => sought.some((one) => holds(list, one)))),
  ],
  [
    'contains_none',
    plain((values, work) => contains(values, work, true, (list, sought) => !sought.some((one) => holds(list, one)))),
  ],
];

/** With fewer arguments the answer is `otherwise`; undefined: an error. */
function withArguments(count: number, otherwise: unknown, make: (args: List, compiler: Compiler) => Run): Operator {
  return (args, compiler) => {
    if (!isList(args)) return () => listOf(args);
    if (args.length >= count) return make(args, compiler);
    return otherwise === undefined ? () => argument(args, args.length) : () => otherwise;
  };
}

/** A list that stands in the logic is taken as it is; null: neither a list nor logic. */
function subjectOf(subject: unknown, compiler: Compiler): Run {
  if (isMap(subject)) return compileLogic(subject, compiler);
  return () => (isList(subject) ? subject : null);
}

/** Logic that sees nothing but an item. */
function compileInner(logic: unknown, compiler: Compiler): Run {
  return compileLogic(logic, { ...compiler, atRoot: false, note: compiler.solved ? compiler.note : silent });
}

function map(args: List, compiler: Compiler): Run {
  const subject = subjectOf(args[0], compiler);
  const run = compileInner(args[1], compiler);
  return (data, work) => {
    const list = subject(data, work);
    return list === null ? [] : spent(listOf(list), work).map((item) => run(item ?? null, work));
  };
}

/** Each item is a step, and so is what its logic looks at. */
function spent(list: List, work: Work): List {
  spend(work, list.length * 4);
  return list;
}

function filter(args: List, compiler: Compiler): Run {
  const subject = subjectOf(args[0], compiler);
  const solved = compileSolved(args[1], compiler);
  return (data, work) => {
    const list = subject(data, work);
    if (list === null) return [];
    const items = spent(listOf(list), work);
    const { run } = solved(data, work);
    return items.filter((item) => isTrue(run(item ?? null, work)));
  };
}

interface Solved {
  readonly logic: unknown;
  readonly run: Run;
}

/** Logic whose variables are first replaced by what the data around the list has under their names. */
function compileSolved(logic: unknown, compiler: Compiler): (data: unknown, work: Work) => Solved {
  const { operators } = compiler;
  const inner = { ...compiler, atRoot: false, solved: true };
  const asIs = { logic, run: compileLogic(logic, inner) };
  const names = collectNames(logic).map((name) => compileLogic({ var: name }, inner));
  return (data, work) => {
    if (names.every((name) => name(data, work) === null)) return asIs;
    const replaced = solve(logic, data, work, operators);
    return { logic: replaced, run: compileSilently(replaced, operators, work) };
  };
}

type ItemTest = (item: unknown, work: Work) => boolean;

/** Asks logic about an item after replacing its variables by what the item has; usually that changes nothing. */
function itemTest({ logic, run }: Solved, compiler: Compiler): ItemTest {
  const { operators } = compiler;
  const quiet = { ...compiler, atRoot: false, note: silent };
  const simple = isMap(logic) && !('var' in logic) && isPlain(logic);
  const names = simple ? collectNames(logic).map((name) => compileLogic({ var: name }, quiet)) : [];
  return (item, work) => {
    if (simple && names.every((name) => isInert(name(item, work), 0))) return isTrue(run(item, work));
    const replaced = asLogic(solve(logic, item, work, operators));
    return isTrue(compileSilently(replaced, operators, work)(item, work));
  };
}

function asLogic(logic: unknown): unknown {
  if (isMap(logic)) return logic;
  throw new Undecidable(`logic is wanted, not ${nameOf(logic)}`);
}

function all(args: List, compiler: Compiler): Run {
  const subject = subjectOf(args[0], compiler);
  const logic = args[1] ?? null;
  const test = itemTest({ logic, run: compileInner(logic, compiler) }, compiler);
  return (data, work) => {
    const list = subject(data, work);
    return isTrue(list) && spent(listOf(list), work).every((item) => test(item ?? null, work));
  };
}

function some(args: List, compiler: Compiler): Run {
  const subject = subjectOf(args[0], compiler);
  const solved = compileSolved(args[1] ?? null, compiler);
  const usual = itemTest({ logic: args[1] ?? null, run: compileInner(args[1] ?? null, compiler) }, compiler);
  return (data, work) => {
    const list = subject(data, work);
    if (!isTrue(list)) return false;
    const current = solved(data, work);
    const test = current.logic === args[1] ? usual : itemTest(current, compiler);
    return spent(listOf(list), work).some((item) => test(item ?? null, work));
  };
}

function none(args: List, compiler: Compiler): Run {
  const subject = subjectOf(args[0], compiler);
  const solved = compileSolved(args[1] ?? null, compiler);
  return (data, work) => {
    const list = subject(data, work);
    if (!isTrue(list)) return true;
    const { logic, run } = solved(data, work);
    return !spent(listOf(list), work).some((item) => {
      asLogic(logic);
      return isTrue(run(item ?? null, work));
    });
  };
}

/** The type of the start stays the type of the accumulator. */
function reduce(args: List, compiler: Compiler): Run {
  const subject = subjectOf(args[0], compiler);
  const run = compileInner(args[1], compiler);
  const initial = isMap(args[2]) ? compileLogic(args[2], compiler) : () => args[2] ?? null;
  return (data, work) => {
    let accumulator = initial(data, work);
    if (!isScalar(accumulator)) throw new Undecidable(`reduce can not start from ${nameOf(accumulator)}`);
    const convert = CONVERSIONS[typeof accumulator as keyof typeof CONVERSIONS];
    const valueType = typeof accumulator === 'boolean' ? 'bool' : typeof accumulator;
    const list = subject(data, work);
    if (list === null) return 0;
    for (const current of spent(listOf(list), work)) {
      if (current === null || current === undefined) continue;
      asLogic(args[1]);
      accumulator = convert(run({ current, accumulator, valueType }, work));
      if (typeof accumulator === 'string') spend(work, accumulator.length);
    }
    return accumulator;
  };
}

const CONVERSIONS = { boolean: isTrue, number: numberOf, string: written };

function merge(values: unknown, work: Work): List {
  if (isScalar(values)) return [values];
  const merged: unknown[] = [];
  for (const value of listOf(values)) {
    spend(work, isList(value) ? value.length : 1);
    if (isList(value)) for (const item of value) merged.push(item ?? null);
    else merged.push(value);
  }
  return merged;
}

function contains(
  values: unknown,
  work: Work,
  otherwise: boolean,
  test: (list: List, sought: List) => boolean,
): boolean {
  if (!isList(values) || values.length !== 2) return otherwise;
  const [list, sought] = values;
  if (!isList(list) || !isList(sought)) return otherwise;
  spend(work, list.length * sought.length);
  return test(list, sought);
}

function holds(list: List, sought: unknown): boolean {
  return list.some((item) => isIdentical(item, sought));
}
