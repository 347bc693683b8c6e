import { expect, test } from 'vitest';
import { difference } from './difference.ts';
import { entrySentence } from './sentence.ts';

test('tells a switch in words and leaves bookkeeping out', () => {
  const before = { enabled: false, revision: 4, updated_at: '2026-11-20', settled_at: null };
  const after = { enabled: true, revision: 5, updated_at: '2026-11-21', settled_at: '2026-11-21' };
  expect(difference(before, after)).toEqual([{ field: 'Switch', before: 'off', after: 'on' }]);
});

test('tells a changed rule as a sentence before and after, and an untouched one not at all', () => {
  const staff = { id: 'staff', if: [{ segment: 'staff' }], serve: 'on' };
  const before = { rules: [staff, { id: 'all', name: 'Everyone', rollout: 10, serve: 'on' }] };
  const after = { rules: [staff, { id: 'all', name: 'Everyone', rollout: 50, serve: 'on' }] };
  expect(difference(before, after)).toEqual([
    { field: 'Rule Everyone', before: 'Everyone → on for 10 %', after: 'Everyone → on for 50 %' },
  ]);
});

test('tells an added and a removed rule', () => {
  const one = { id: 'one', serve: 'on' };
  expect(difference({ rules: [] }, { rules: [one] })).toEqual([{ field: 'Rule one', after: 'Everyone → on' }]);
  expect(difference({ rules: [one] }, { rules: null })).toEqual([{ field: 'Rule one', before: 'Everyone → on' }]);
});

test('tells a new order of rules', () => {
  const [a, b] = [{ id: 'a' }, { id: 'b' }];
  expect(difference({ rules: [a, b] }, { rules: [b, a] })).toEqual([
    { field: 'Order of rules', before: 'a, b', after: 'b, a' },
  ]);
});

test('tells each variant that changed by its name', () => {
  const before = { variants: { wide: { columns: 2 }, narrow: { columns: 1 } } };
  const after = { variants: { wide: { columns: 3 }, narrow: { columns: 1 } } };
  expect(difference(before, after)).toEqual([
    { field: 'Variant wide', before: '{"columns":2}', after: '{"columns":3}' },
  ]);
});

test('tells what a new row holds, and nothing for equal rows', () => {
  expect(difference(null, { name: 'Gift cards', tags: ['q4', 'web'], description: '' })).toEqual([
    { field: 'Name', after: 'Gift cards' },
    { field: 'Tags', after: 'q4, web' },
  ]);
  expect(difference({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toEqual([]);
});

test('says in a few words what an entry did', () => {
  const entry = { subject: 'flag_setting', operation: 'update', before: { enabled: true }, after: { enabled: false } };
  expect(entrySentence(entry)).toBe('Switched off');
  expect(entrySentence({ ...entry, after: { enabled: true } })).toBe('Changed the targeting of');
  expect(entrySentence({ ...entry, subject: 'flag', operation: 'insert' })).toBe('Created flag');
});

test('tells who was given and who lost a role or a place in a segment', () => {
  const role = (before: object | null, after: object | null) =>
    entrySentence({ subject: 'member_role', operation: 'update', before, after });
  expect(role(null, { role: 'product_owner' })).toBe('Gave the role product owner to');
  expect(role({ role: 'viewer' }, { role: 'admin' })).toBe('Changed the role from viewer to admin of');
  expect(role({ role: 'admin' }, null)).toBe('Took the role admin from');
  const member = { targeting_key: 'ada', included: true };
  const entry = { subject: 'segment_member', before: null, after: member };
  expect(entrySentence({ ...entry, operation: 'insert' })).toBe('Put ada among the included of segment');
});
