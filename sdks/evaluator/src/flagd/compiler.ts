import { field, isList, isMap } from './value.ts';
import { FOLLOWED, LEVELS, type Run, spend, Undecidable, type Work } from './work.ts';

/** Makes logic ready to run, and notes what it reads on the way. */
export interface Compiler {
  readonly operators: Operators;
  /** How many levels down. */
  readonly level: number;
  /** Whether the data is the context; inside a list operator it is an item. */
  readonly atRoot: boolean;
  /** Whether variables in it are replaced by what an outer level has, before it sees an item. */
  readonly solved: boolean;
  /** The path of an attribute that is read; undefined: any. */
  note(path: readonly string[] | undefined): void;
}

/** Takes an operator's arguments as they stand. */
export type Operator = (args: unknown, compiler: Compiler) => Run;
export type Operators = ReadonlyMap<string, Operator>;

/**
 * Logic as a function of the data.
 *
 * An object with one name is an operator; with none or several it stands for itself, and so does what is in it.
 */
export function compileLogic(logic: unknown, compiler: Compiler): Run {
  const level = compiler.level + 1;
  if (level > LEVELS) throw new Undecidable(`a targeting has at most ${LEVELS} levels`);
  const inside = { ...compiler, level };
  if (isMap(logic)) return compileOperator(logic, inside);
  if (!isList(logic)) return always(logic ?? null);
  const items = logic.map((item) => compileLogic(item, inside));
  if (items.every(isConstant)) return always(logic);
  return (data, work) => items.map((item) => item(data, work));
}

function compileOperator(logic: { readonly [name: string]: unknown }, compiler: Compiler): Run {
  const [name, second] = Object.keys(logic);
  if (name === undefined || second !== undefined) return always(logic);
  const operator = compiler.operators.get(name);
  if (operator !== undefined) return operator(logic[name] ?? null, compiler);
  const unknown = new Undecidable(`there is no operator ${name.slice(0, 100)}`);
  return () => {
    throw unknown;
  };
}

const constants = new WeakSet<Run>();

export function always(value: unknown): Run {
  const run = () => value;
  constants.add(run);
  return run;
}

/** Whether it is the same for all data. */
export function isConstant(run: Run): boolean {
  return constants.has(run);
}

/** Runs logic that came out of data; only so deep and so often as the work allows. */
export function runLogic(logic: unknown, data: unknown, work: Work, operators: Operators): unknown {
  if (work.depth >= FOLLOWED) throw new Undecidable(`data leads to data more than ${FOLLOWED} times`);
  const run = compileSilently(logic, operators, work);
  work.depth++;
  const result = run(data, work);
  work.depth--;
  return result;
}

/** What logic from data reads has been noted already. */
export function compileSilently(logic: unknown, operators: Operators, work: Work): Run {
  spend(work, sizeOf(logic, 0));
  return compileLogic(logic, { operators, level: 0, atRoot: true, solved: false, note: silent });
}

export function silent(): void {}

/** How many values there are. */
export function sizeOf(logic: unknown, level: number): number {
  if (level > LEVELS) throw new Undecidable(`a targeting has at most ${LEVELS} levels`);
  let size = 1;
  if (isList(logic)) for (const item of logic) size += sizeOf(item, level + 1);
  else if (isMap(logic)) for (const name of Object.keys(logic)) size += sizeOf(field(logic, name), level + 1);
  return size;
}

/** An operator that looks at nothing but its evaluated arguments. */
export function plain(apply: (values: unknown, work: Work) => unknown): Operator {
  return (args, compiler) => {
    const values = compileLogic(args, compiler);
    return (data, work) => apply(values(data, work), work);
  };
}
