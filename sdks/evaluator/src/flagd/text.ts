import { type Compiler, compileLogic, isConstant, type Operator, plain } from './compiler.ts';
import { decimal, numberOf, toInteger, trimSpace } from './number.ts';
import { argument, isIdentical, isList, isMap, listOf, textOf } from './value.ts';
import { versionTest } from './version.ts';
import { type Run, spend, Undecidable, type Work } from './work.ts';

/** Operators of texts, and `in`, which searches texts and lists. */
export const texts: readonly [string, Operator][] = [
  ['cat', plain(concatenate)],
  ['substr', plain(substring)],
  ['in', compileIn],
  ['starts_with', plain((values) => compareEnds(values, (text, end) => text.startsWith(end)))],
  ['ends_with', plain((values) => compareEnds(values, (text, end) => text.endsWith(end)))],
  ['sem_ver', compileVersionTest],
];

/** A fixed operator and version are read ahead. */
function compileVersionTest(args: unknown, compiler: Compiler): Run {
  const values = compileLogic(args, compiler);
  const [value, operator, target, more] = isList(args) ? args.map((one) => compileLogic(one, compiler)) : [];
  if (value !== undefined && operator && target && !more && isConstant(operator) && isConstant(target)) {
    const test = versionTest(listOf(args)[1], listOf(args)[2]);
    return (data, work) => test(value(data, work));
  }
  return (data, work) => {
    const list = values(data, work);
    return isList(list) && list.length === 3 ? versionTest(list[1], list[2])(list[0]) : null;
  };
}

/** null where it is not two texts. */
function compareEnds(values: unknown, test: (text: string, end: string) => boolean): boolean | null {
  if (!isList(values) || values.length !== 2) return null;
  const [text, end] = values;
  return typeof text === 'string' && typeof end === 'string' ? test(text, end) : null;
}

/** Texts and numbers as text; null is empty, and anything else is an error. */
export function written(value: unknown): string {
  if (typeof value === 'number') return decimal(value);
  return value === null || value === undefined ? '' : textOf(value);
}

/** Two or more texts are trimmed at both ends. */
function concatenate(values: unknown, work: Work): string {
  if (typeof values === 'string') return values;
  const list = listOf(values);
  if (list.length === 1) return written(list[0]);
  let text = '';
  for (const value of list) {
    const part = written(value);
    spend(work, part.length);
    text += part;
  }
  return trimSpace(text);
}

/** By code points; a start outside the text gives the whole text. */
function substring(values: unknown, work: Work): string {
  const list = listOf(values);
  const text = written(argument(list, 0));
  spend(work, text.length);
  const characters = [...text];
  const start = toInteger(numberOf(argument(list, 1)));
  const from = start < 0 ? characters.length + start : start;
  if (from < 0 || from > characters.length) return text;
  const length = list.length === 3 ? toInteger(numberOf(list[2])) : characters.length;
  const to = Math.min(length < 0 ? characters.length + length : from + length, characters.length);
  if (to < from) throw new Undecidable('substr ends before it starts');
  return characters.slice(from, to).join('');
}

/** A text is looked up at once in a fixed list of texts. */
function compileIn(args: unknown, compiler: Compiler): Run {
  const values = compileLogic(args, compiler);
  const [first, place, more] = isList(args) ? args : [];
  if (!isList(place) || more !== undefined || !place.every((one) => typeof one === 'string')) {
    return (data, work) => isIn(values(data, work), work);
  }
  const sought = compileLogic(first, compiler);
  const texts = new Set(place);
  return (data, work) => {
    const value = sought(data, work);
    return typeof value === 'string' ? texts.has(value) : isIn([value, place], work);
  };
}

/** A text in a text, or a value in a list; a list of two inside the list is a range of numbers. */
function isIn(values: unknown, work: Work): boolean {
  const list = listOf(values);
  const sought = argument(list, 0);
  const place = list[1] ?? null;
  if (typeof place === 'string') {
    const part = textOf(sought);
    spend(work, place.length >> 4);
    return place.includes(part);
  }
  if (!isList(place)) return false;
  spend(work, place.length >> 2);
  return place.some((one) => isMember(sought, one ?? null));
}

function isMember(sought: unknown, one: unknown): boolean {
  if (isList(one)) {
    const [from, to] = [argument(one, 0), argument(one, 1)];
    return numberOf(sought) >= numberOf(from) && numberOf(to) >= numberOf(sought);
  }
  if (typeof sought === 'number') return numberOf(one) === sought;
  return isMap(one) && isMap(sought) ? isIdentical(one, sought) : one === sought;
}
