import { parseFlag } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { checkDraft, checkSegment, pathText, problemsWithin } from './check.ts';
import type { Draft, Rule } from './draft.ts';

const flag = { key: 'new-checkout', valueType: 'boolean', variants: { on: true, off: false } };
const known = { segments: ['staff'], flags: ['payments-v2'] };
const withRules = (...rules: Rule[]): Draft => ({ enabled: true, off: 'off', requires: [], rules, default: 'off' });
const messagesAt = (draft: Draft, path: string) =>
  problemsWithin(checkDraft(flag, draft, known), path).map(({ message }) => message);

test('finds nothing wrong with a sound draft', () => {
  const draft = withRules({ id: 'staff', if: [{ segment: 'staff' }], rollout: 12.5, serve: 'on' });
  expect(checkDraft(flag, draft, known)).toEqual([]);
});

test('says what the evaluator says, at the same path', () => {
  const rules: Rule[] = [{ id: 'bad', if: [{ attr: 'version', op: 'semver_gt', values: ['1.2'] }], serve: 'nowhere' }];
  const parsed = parseFlag({
    key: flag.key,
    type: 'boolean',
    variants: flag.variants,
    enabled: true,
    off: 'off',
    rules,
    default: 'off',
  });
  const problems = parsed.ok ? [] : parsed.problems;
  expect(problems.length).toBeGreaterThan(0);
  expect(checkDraft(flag, withRules(...rules), known)).toEqual(problems);
});

test('asks for a segment that was not chosen yet, and refuses one that is not there', () => {
  expect(messagesAt(withRules({ id: 'a', if: [{ segment: '' }] }), 'rules[0].if[0]')).not.toEqual([]);
  expect(messagesAt(withRules({ id: 'a', if: [{ segment: 'ghosts' }] }), 'rules[0].if[0]')).toEqual([
    'no such segment in this project',
  ]);
});

test('finds a segment that is not there inside a group', () => {
  const rule: Rule = { id: 'a', if: [{ any: [{ segment: 'ghosts' }] }] };
  expect(messagesAt(withRules(rule), 'rules[0].if[0].any[0]')).toEqual(['no such segment in this project']);
});

test('refuses shares that do not add up and a percentage that is none', () => {
  expect(
    messagesAt(
      withRules({
        id: 'a',
        serve: {
          split: [
            ['on', 40_000],
            ['off', 50_000],
          ],
        },
      }),
      'rules[0].serve',
    ),
  ).not.toEqual([]);
  expect(messagesAt(withRules({ id: 'a', rollout: Number.NaN }), 'rules[0].rollout')).not.toEqual([]);
  expect(messagesAt(withRules({ id: 'a', rollout: 101 }), 'rules[0].rollout')).not.toEqual([]);
});

test('refuses a ramp that ends before it starts', () => {
  const rollout = { from: 0, to: 100, start: '2026-12-03T06:00:00Z', end: '2026-12-01T06:00:00Z' };
  expect(messagesAt(withRules({ id: 'a', rollout }), 'rules[0].rollout')).not.toEqual([]);
});

test('refuses a prerequisite on a flag that is not there', () => {
  const draft = { ...withRules(), requires: [{ flag: 'ghost', variants: ['on'] }] };
  expect(messagesAt(draft, 'requires[0]')).toEqual(['no such flag in this project']);
});

test('checks a segment with the words of the evaluator', () => {
  const wrong = { key: 'staff', if: [{ attr: 'email', op: 'matchesish', values: ['x'] }], include: [], exclude: [] };
  expect(checkSegment(wrong).some(({ path }) => path.startsWith('if[0]'))).toBe(true);
  expect(checkSegment({ ...wrong, if: [{ attr: 'email', op: 'ends_with', values: ['@shop.example'] }] })).toEqual([]);
});

test('writes a path as the server does', () => {
  expect(pathText(['rules', 0, 'if', 2, 'values', 1])).toBe('rules[0].if[2].values[1]');
});
