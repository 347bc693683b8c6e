import { compileSilently, type Operators } from './compiler.ts';
import { field, isList, isMap, isScalar } from './value.ts';
import { LEVELS, spend, Undecidable, type Work } from './work.ts';

/**
 * Logic with each variable replaced by what the data has under its name; one that is not there stays.
 *
 * What comes out of the data stands as logic then, which only shows where it looks like some.
 */
export function solve(logic: unknown, data: unknown, work: Work, operators: Operators, level = 0): unknown {
  spend(work, 1);
  if (level > LEVELS) throw new Undecidable(`a targeting has at most ${LEVELS} levels`);
  if (isList(logic)) return logic.map((item) => solve(item, data, work, operators, level + 1));
  if (!isMap(logic)) return logic;
  const solved: [string, unknown][] = [];
  for (const name of Object.keys(logic)) {
    const value = field(logic, name);
    if (name !== 'var') {
      solved.push([name, solve(value, data, work, operators, level + 1)]);
      continue;
    }
    const found = namesNothing(value) ? null : compileSilently({ var: value }, operators, work)(data, work);
    if (found !== null) return found;
    solved.push([name, value]);
  }
  return Object.fromEntries(solved);
}

/** Such a variable is left alone. */
function namesNothing(name: unknown): boolean {
  return typeof name === 'string' && (name === '' || name.startsWith('.'));
}

/** The arguments of all variables that `solve` would look up. */
export function collectNames(logic: unknown): unknown[] {
  const names: unknown[] = [];
  const rest: unknown[] = [logic];
  while (rest.length > 0) {
    const next = rest.pop();
    if (isList(next)) for (const item of next) rest.push(item);
    else if (isMap(next)) {
      for (const name of Object.keys(next)) {
        const value = field(next, name);
        if (name !== 'var') rest.push(value);
        else if (!namesNothing(value)) names.push(value);
      }
    }
  }
  return names;
}

const SCOPED = new Set(['map', 'filter', 'reduce', 'all', 'some', 'none', 'set']);

/** Whether replacing a variable by its value can only change what the value itself changes. */
export function isPlain(logic: unknown): boolean {
  const rest: unknown[] = [logic];
  while (rest.length > 0) {
    const next = rest.pop();
    if (isList(next)) for (const item of next) rest.push(item);
    else if (isMap(next)) {
      const [name, second] = Object.keys(next);
      if (second !== undefined || (name !== undefined && SCOPED.has(name))) return false;
      if (name !== undefined) rest.push(field(next, name));
    }
  }
  return true;
}

/** Whether a value stays what it is when it stands as logic. */
export function isInert(value: unknown, level: number): boolean {
  if (isScalar(value) || value === null) return true;
  if (level > LEVELS) return false;
  if (isList(value)) return value.every((item) => isInert(item ?? null, level + 1));
  return isMap(value) && Object.keys(value).length !== 1;
}
