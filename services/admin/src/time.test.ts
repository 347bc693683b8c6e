import { expect, test } from 'vitest';
import { fromLocalField, toLocalField } from './time.ts';

test('a field of a date and a time goes both ways, and what is no moment of the wire is empty', () => {
  expect(fromLocalField(toLocalField('2026-12-01T06:00:00Z'))).toBe('2026-12-01T06:00:00Z');
  expect(toLocalField('soon')).toBe('');
  for (const text of ['', '12026-01-01T00:00', '275760-12-31T00:00']) expect(fromLocalField(text)).toBe('');
});
