import { expect, test } from 'vitest';
import { mergeValues, parseTyped, prettyJson, toTexts, toValues, typedText, valueKind } from './values.ts';

test('keeps the type of operands, because 1 and "1" differ', () => {
  expect(toValues(['1', ' 2.5 '], 'number')).toEqual([1, 2.5]);
  expect(toValues(['1'], 'text')).toEqual(['1']);
  expect(toValues(['true', 'no'], 'boolean')).toEqual([true, 'no']);
  expect(valueKind([2])).toBe('number');
});

test('leaves what is not a number as text, so that the check can name it', () => {
  expect(toValues(['many', ''], 'number')).toEqual(['many', '']);
});

test('writes values back as they were typed', () => {
  expect(toTexts(['NO', 4, true])).toEqual(['NO', '4', 'true']);
});

test('reads a variant value only as the type of its flag', () => {
  expect(parseTyped('12', 'integer')).toBe(12);
  expect(parseTyped('1.5', 'integer')).toBeUndefined();
  expect(parseTyped('1.5', 'float')).toBe(1.5);
  expect(parseTyped('"true"', 'boolean')).toBeUndefined();
  expect(parseTyped('{ "columns": 2 }', 'object')).toEqual({ columns: 2 });
  expect(parseTyped('{', 'object')).toBeUndefined();
  expect(parseTyped('12', 'string')).toBe('12');
});

test('keeps the spaces of values that were there, and cuts those of new ones', () => {
  expect(mergeValues([' a ', ' b '], [' a '], 'text')).toEqual([' a ', 'b']);
});

test('writes a whole float with its point', () => {
  expect(typedText(1, 'float')).toBe('1.0');
  expect(typedText(1, 'integer')).toBe('1');
  expect(typedText('a', 'string')).toBe('a');
});

test('writes JSON that reads as the same value, short parts on one line', () => {
  const value = {
    state: 'ENABLED',
    targeting: { if: [{ in: [{ var: 'country' }, ['NO', 'SE']] }, 'loud', null, {}, [], -0.5] },
  };
  expect(JSON.stringify(JSON.parse(prettyJson(value)))).toBe(JSON.stringify(value));
  expect(prettyJson(value).split('\n')).toContain('      { "in": [{ "var": "country" }, ["NO", "SE"]] },');
});
