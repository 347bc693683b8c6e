import { parseFlag } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { wireFlag } from './check.ts';
import { addRule, type Draft, draftOf, moveRule, readDraft, removeRule, stable, withPart } from './draft.ts';
import { anyFlag } from './flag.support.ts';
import { ruleSentence, serveSentence } from './sentence.ts';
import { isRequirement, isRule, isServe } from './shape.ts';

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
const draft = (): Draft => readDraft(stored);

test('reads a stored setting and treats an absent list as an empty one', () => {
  expect(draft()).toMatchObject({ enabled: true, off: 'off', requires: [], rules: stored.rules, default: 'off' });
  expect(draft()).toMatchObject({ salt: null, semantics: 'burgee-1', foreign: null });
});

test('keeps a part that it has no fields for, byte for byte', () => {
  const rules = [{ id: 'a', z: 1, foreign: { hash: 'murmur2', a: [null] }, if: [{ attr: 'x', op: 'y', kind: 'z' }] }];
  const read = readDraft({ ...stored, rules, defaultServe: { bandit: true } });
  expect(JSON.stringify(read.rules)).toBe(JSON.stringify(rules));
  expect(isRule(read.rules[0])).toBe(false);
  expect(isServe(read.default)).toBe(false);
});

test('every flag of the model comes out of a draft as it went in, byte for byte, and has fields for all its parts', () => {
  for (let seed = 0; seed < 2_000; seed += 1) {
    const flag = anyFlag(seed);
    const parsed = parseFlag(flag);
    expect(parsed.ok ? [] : parsed.problems, JSON.stringify(flag)).toEqual([]);
    const { key, type, variants, enabled, off, requires = [], rules = [], salt, semantics, foreign } = flag;
    const setting = { enabled, offVariant: off, requires, rules, defaultServe: flag.default, salt, semantics, foreign };
    const read = readDraft(setting);
    const parts = [read.requires, read.rules, read.default, read.salt, read.foreign];
    expect(JSON.stringify(parts)).toBe(JSON.stringify([requires, rules, flag.default, salt ?? null, foreign ?? null]));
    const wire = wireFlag({ key, valueType: type, variants }, read);
    expect(stable(wire)).toBe(stable(withoutEmpty(flag)));
    expect(draftOf(wire, enabled)).toEqual(read);
    expect(read.rules.every(isRule) && read.requires.every(isRequirement) && isServe(read.default)).toBe(true);
    expect([...read.rules.map(ruleSentence), serveSentence(read.default)].join()).not.toMatch(
      /undefined|NaN|form that/,
    );
  }
});

/** An empty list and none are the same in a row. */
function withoutEmpty(flag: object): object {
  const isEmpty = (value: unknown) => value === 'burgee-1' || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(flag).filter(([, value]) => !isEmpty(value)));
}

test('gives a new rule an id that no other rule has', () => {
  const once = addRule(draft(), ['on', 'off']);
  const twice = addRule(removeRule(once, 0), ['on', 'off']);
  expect(new Set(twice.rules.map(({ id }) => id)).size).toBe(twice.rules.length);
});

test('begins a new rule with an operator that the semantics have', () => {
  const [op] = [{ ...draft(), semantics: 'unleash' as const }].map((one) => addRule(one, ['on']).rules.at(-1)?.if?.[0]);
  expect(op).toMatchObject({ attr: 'userId', op: 'IN' });
});

test('moves a rule by one place, and not past the ends', () => {
  expect(moveRule(draft(), 0, 1).rules.map(({ id }) => id)).toEqual(['rest', 'staff']);
  expect(moveRule(draft(), 0, -1)).toEqual(draft());
  expect(moveRule(draft(), 1, 1)).toEqual(draft());
});

test('takes an optional part away instead of storing nothing in it, and puts it back where it was', () => {
  expect(withPart({ id: 'rest', rollout: 25 }, 'rollout', undefined)).toEqual({ id: 'rest' });
  expect(JSON.stringify(withPart({ rollout: 25, id: 'rest' }, 'rollout', 30))).toBe('{"rollout":30,"id":"rest"}');
});

test('leaves the draft it was given as it is', () => {
  const before = draft();
  addRule(before, ['on']);
  removeRule(before, 0);
  expect(stable(before)).toBe(stable(draft()));
});

test('takes two drafts for the same whatever the order of their names', () => {
  const other = Object.fromEntries(Object.entries(draft()).reverse());
  expect(stable(draft())).toBe(stable(other));
});
