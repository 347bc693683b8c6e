import { type Compiler, compileLogic, isConstant, type Operator, runLogic } from './compiler.ts';
import { decimal, numberOf, toInteger } from './number.ts';
import { argument, field, isList, isMap, isScalar, listOf, textOf } from './value.ts';
import { type Run, spend, Undecidable, type Work } from './work.ts';

/** The name under which flagd adds the flag's key and the time to the context. */
const FLAGD = '$flagd';

/** Operators that read the data. */
export const variables: readonly [string, Operator][] = [
  ['var', compileVariable],
  [
    'missing',
    named((values, data, work, find) =>
      absent(typeof values === 'string' ? [values] : listOf(values), data, work, find),
    ),
  ],
  ['missing_some', named((values, data, work, find) => someAbsent(listOf(values), data, work, find))],
  ['set', compileSet],
];

function compileVariable(args: unknown, compiler: Compiler): Run {
  const run = compileLogic(args, compiler);
  if (!isConstant(run)) {
    compiler.note(undefined);
    return (data, work) => variable(run(data, work), data, work);
  }
  const path = pathOf(args);
  note(compiler, path, isList(args));
  if (path === undefined || path.length === 0) return (data, work) => variable(args, data, work);
  const fallback = isList(args) && args.length === 2 ? (args[1] ?? null) : null;
  const [only, second] = path;
  if (second === undefined && only !== FLAGD && only !== undefined) {
    return (data, work) => (isMap(data) ? (field(data, only) ?? fallback) : follow(path, data, fallback, work));
  }
  return (data, work) => follow(path, data, fallback, work);
}

/** An empty path stands for all data: of the context, or, in a list, of an outer level. */
function note(compiler: Compiler, path: readonly string[] | undefined, inList: boolean): void {
  if (path === undefined) return;
  if (path.length > 0) compiler.note(path);
  else if (compiler.atRoot || (compiler.solved && inList)) compiler.note(undefined);
}

/** The parts of a constant argument; undefined: it names nothing. */
function pathOf(args: unknown): readonly string[] | undefined {
  if (args === null) return undefined;
  const name = isList(args) ? (args.length === 0 ? '' : args[0]) : args;
  if (typeof name === 'number' && !isList(args)) return decimal(name).split('.');
  return typeof name === 'string' ? name.split('.').filter((part) => part !== '') : undefined;
}

/** What the evaluated argument of `var` names in the data. */
function variable(values: unknown, data: unknown, work: Work): unknown {
  if (values === null || values === undefined) return isScalar(data) ? data : null;
  if (values === '' || (isList(values) && values.length === 0)) return whole(data, work);
  const fallback = isList(values) && values.length === 2 ? (values[1] ?? null) : null;
  const name = isList(values) ? textOf(values[0]) : typeof values === 'number' ? decimal(values) : values;
  if (data === null || data === undefined) return fallback;
  const parts = textOf(name).split('.');
  return follow(
    parts.filter((part) => part !== ''),
    data,
    fallback,
    work,
  );
}

function follow(path: readonly string[], data: unknown, fallback: unknown, work: Work): unknown {
  let value = data;
  for (const part of path) {
    if (isMap(value)) value = value === work.root && part === FLAGD ? work.flagd : field(value, part);
    else if (isList(value)) {
      const index = toInteger(numberOf(part));
      value = index < 0 ? null : (value[index] ?? null);
    } else return fallback;
    if (value === null) return fallback;
  }
  return path.length === 0 ? whole(value, work) : value;
}

/** The data itself; the context with what flagd adds to it. */
function whole(data: unknown, work: Work): unknown {
  if (data !== work.root) return data ?? null;
  spend(work, Object.keys(work.root).length);
  return { ...work.root, [FLAGD]: work.flagd };
}

type Finding = (name: unknown, data: unknown, work: Work) => unknown;

/** An operator whose arguments name data; a name that is itself logic is followed. */
function named(apply: (values: unknown, data: unknown, work: Work, find: Finding) => unknown): Operator {
  return (args, compiler) => {
    const run = compileLogic(args, compiler);
    if (!isConstant(run)) compiler.note(undefined);
    else noteNames(args, compiler);
    const find: Finding = (name, data, work) =>
      variable(isMap(name) || isList(name) ? runLogic(name, data, work, compiler.operators) : name, data, work);
    return (data, work) => apply(run(data, work), data, work, find);
  };
}

/** All texts in the arguments, which is at least the names. */
function noteNames(args: unknown, compiler: Compiler): void {
  if (isList(args)) for (const one of args) noteNames(one, compiler);
  else if (!isMap(args)) note(compiler, pathOf(args), false);
}

function absent(names: readonly unknown[], data: unknown, work: Work, find: Finding): unknown[] {
  spend(work, names.length);
  return names.filter((name) => find(name ?? null, data, work) === null);
}

/** The names that are missing, unless enough are there. */
function someAbsent(values: readonly unknown[], data: unknown, work: Work, find: Finding): unknown[] {
  const wanted = toInteger(numberOf(argument(values, 0)));
  const names = listOf(argument(values, 1));
  const missing = absent(names, data, work, find);
  return wanted > names.length - missing.length ? missing : [];
}

/** A copy of an object with one field set; the value is evaluated once more. */
function compileSet(args: unknown, compiler: Compiler): Run {
  const run = compileLogic(args, compiler);
  return (data, work) => {
    const values = listOf(run(data, work));
    const object = values[0] ?? null;
    if (values.length < 3 || !isMap(object)) return object;
    spend(work, Object.keys(object).length);
    const name = textOf(values[1]);
    if (name === '__proto__') throw new Undecidable('no field can be named __proto__');
    return { ...object, [name]: runLogic(values[2], data, work, compiler.operators) };
  };
}
