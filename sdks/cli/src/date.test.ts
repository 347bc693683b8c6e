import { expect, test } from 'vitest';
import { parseDate } from './date.ts';

test.each([
  ['2026-12-01', '2026-12-01T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2026-12-01T06:00:00Z', '2026-12-01T06:00:00.000Z'],
  ['2026-12-01T06:00:00.5+02:00', '2026-12-01T04:00:00.500Z'],
])('%s is %s', (text, instant) => {
  expect(parseDate(text)).toBe(instant);
});

test.each([
  '',
  'tomorrow',
  '2026-02-30',
  '2027-02-29',
  '2026-13-01',
  '31/12/2026',
  '2026-12-01T06:00:00',
  '2026-12-01T25:00:00Z',
  '12026-01-01',
])('"%s" is not a date', (text) => {
  expect(() => parseDate(text)).toThrow('It must be a date such as 2026-12-01');
});
