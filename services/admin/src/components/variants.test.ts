import { expect, test } from 'vitest';
import { keyFrom, keySchema } from './fields.ts';
import { startRows, toRows, variantsSchema } from './variants.ts';

test('reads rows as variants of the type of the flag', () => {
  const rows = [
    { name: 'few', text: '10' },
    { name: 'many', text: '100' },
  ];
  expect(variantsSchema('integer').parse(rows)).toEqual({ few: 10, many: 100 });
});

test('names the variant whose value has another type', () => {
  const result = variantsSchema('integer').safeParse([
    { name: 'few', text: '10' },
    { name: 'many', text: 'lots' },
  ]);
  expect(result.error?.issues.map(({ message }) => message)).toEqual(['the value of many is not of type integer']);
});

test('refuses fewer than two variants and two of the same name', () => {
  expect(variantsSchema('string').safeParse([{ name: 'a', text: '' }]).success).toBe(false);
  expect(
    variantsSchema('string').safeParse([
      { name: 'a', text: '' },
      { name: 'a', text: 'x' },
    ]).success,
  ).toBe(false);
});

test('gives stored variants back as they were', () => {
  const stored = { wide: { columns: 2 }, narrow: { columns: 1 } };
  expect(variantsSchema('object').parse(toRows(stored, 'object'))).toEqual(stored);
  expect(variantsSchema('boolean').parse(startRows('boolean'))).toEqual({ on: true, off: false });
});

test('offers a key made of the name, in the grammar of keys', () => {
  expect(keyFrom('Free shipping: Größe & Co.')).toBe('free-shipping-gro-e-co.');
  expect(keySchema.safeParse(keyFrom('Gift cards')).success).toBe(true);
  expect(keySchema.safeParse('Gift cards').success).toBe(false);
});

test('takes what other systems call an object, and a single variant, for imported flags only', () => {
  const stored = { only: ['a', 1], text: 'plain', whole: 1 };
  expect(variantsSchema('object', true).parse(toRows(stored, 'object'))).toEqual(stored);
  expect(variantsSchema('object').safeParse(toRows(stored, 'object')).success).toBe(false);
  expect(variantsSchema('boolean', true).safeParse([{ name: 'on', text: 'true' }]).success).toBe(true);
});
