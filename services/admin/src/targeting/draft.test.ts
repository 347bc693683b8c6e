import { expect, test } from 'vitest';
import { addRule, type Draft, moveRule, readConditions, readDraft, removeRule, sameDraft, withPart } from './draft.ts';

const stored = {
  enabled: true,
  offVariant: 'off',
  requires: null,
  rules: [
    { id: 'staff', if: [{ segment: 'staff' }], serve: 'on' },
    { id: 'rest', rollout: 25 },
  ],
  defaultServe: 'off',
};
const draft = (): Draft => {
  const read = readDraft(stored);
  if (read === undefined) throw new Error('the stored setting is readable');
  return read;
};

test('reads a stored setting and treats an absent list as an empty one', () => {
  expect(draft()).toEqual({ enabled: true, off: 'off', requires: [], rules: stored.rules, default: 'off' });
});

test('does not read a rule with a field that this editor does not know', () => {
  expect(readDraft({ ...stored, rules: [{ id: 'a', foreign: { hash: 'murmur2' } }] })).toBeUndefined();
});

test('reads groups inside groups', () => {
  const conditions = [{ all: [{ none: [{ attr: 'plan', op: 'in', values: ['gold'] }] }] }];
  expect(readConditions(conditions)).toEqual(conditions);
});

test('gives a new rule an id that no other rule has', () => {
  const once = addRule(draft(), ['on', 'off']);
  const twice = addRule(removeRule(once, 0), ['on', 'off']);
  expect(new Set(twice.rules.map(({ id }) => id)).size).toBe(twice.rules.length);
});

test('moves a rule by one place, and not past the ends', () => {
  expect(moveRule(draft(), 0, 1).rules.map(({ id }) => id)).toEqual(['rest', 'staff']);
  expect(moveRule(draft(), 0, -1)).toEqual(draft());
  expect(moveRule(draft(), 1, 1)).toEqual(draft());
});

test('takes an optional part away instead of storing nothing in it', () => {
  expect(withPart({ id: 'rest', rollout: 25 }, 'rollout', undefined)).toEqual({ id: 'rest' });
});

test('leaves the draft it was given as it is', () => {
  const before = draft();
  addRule(before, ['on']);
  removeRule(before, 0);
  expect(sameDraft(before, draft())).toBe(true);
});

test('takes two drafts for the same whatever the order of their names', () => {
  const other = { default: 'off', rules: draft().rules, requires: [], off: 'off', enabled: true };
  expect(sameDraft(draft(), other)).toBe(true);
});
