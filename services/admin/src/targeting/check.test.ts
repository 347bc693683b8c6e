import { type Condition, type Json, parseFlag, type Rule } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { checkDraft, checkSegment, problemsWithin } from './check.ts';
import { type Draft, readDraft } from './draft.ts';

const flag = { key: 'new-checkout', valueType: 'boolean', variants: { on: true, off: false } };
const known = { segments: ['staff'], flags: ['payments-v2'] };
const withRules = (...rules: Rule[]): Draft =>
  readDraft({ enabled: true, offVariant: 'off', requires: [], rules, defaultServe: 'off' });
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
  expect(problems.map(({ path }) => path)).toContain('rules[0].serve');
});

test('calls operators, weights and moments what the form calls them', () => {
  const wrong = (condition: Condition) => messagesAt(withRules({ id: 'a', if: [condition] }), 'rules[0].if[0]');
  expect(wrong({ attr: 'age', op: 'number_gte', values: ['x'] })).toEqual(['“≥” wants a number']);
  expect(wrong({ attr: 'age', op: 'in', values: [] })).toEqual(['“is one of” takes 1 to 10,000 values']);
  expect(wrong({ attr: 'now', op: 'in', values: ['x'] })).toEqual([
    'now is the time of the decision: it takes “is before” and “is after”',
  ]);
  const ramp: Rule = { id: 'a', rollout: { from: 0, to: 100, start: '', end: '2026-12-01T06:00:00Z' } };
  expect(messagesAt(withRules(ramp), 'rules[0]')).toEqual(['choose a day and a time']);
  const half: Rule = { id: 'a', serve: { split: [['on', 50_000]] } };
  expect(messagesAt(withRules(half), 'rules[0]')).toEqual(['the shares sum to 100 %, with at most 3 decimals']);
});

test('asks for a segment that was not chosen yet, and refuses one that is not there', () => {
  expect(messagesAt(withRules({ id: 'a', if: [{ segment: '' }] }), 'rules[0].if[0]')).toEqual(['choose a segment']);
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

test('checks a segment with the words of the evaluator, and the segments it names', () => {
  const segment = { key: 'staff', semantics: 'burgee-1', if: [] as Condition[], include: [], exclude: [] };
  const wrong = { ...segment, if: [{ attr: 'email', op: 'matchesish', values: ['x'] }] };
  expect(checkSegment(wrong, known).some(({ path }) => path.startsWith('if[0]'))).toBe(true);
  const right = {
    ...segment,
    if: [{ attr: 'email', op: 'ends_with', values: ['@shop.example'] }, { segment: 'staff' }],
  };
  expect(checkSegment(right, known)).toEqual([]);
  expect(checkSegment({ ...segment, if: [{ segment: 'ghosts' }] }, known)).toEqual([
    { path: 'if[0].segment', message: 'no such segment in this project' },
  ]);
});

test('takes what another semantics may do, and refuses it to Burgee', () => {
  const rule: Rule = { id: 'a', if: [{ attr: 'userId', op: 'STR_CONTAINS', values: ['7'], ignoreCase: true }] };
  const draft = {
    ...withRules({ ...rule, rollout: { percent: 25, by: ['userId', '$random'] } }),
    semantics: 'unleash' as const,
  };
  expect(checkDraft(flag, draft, known)).toEqual([]);
  expect(messagesAt({ ...draft, semantics: 'burgee-1' }, 'rules[0].if[0].op')).not.toEqual([]);
});

test('names what an attribute to count by, a literal and an else lack, at their field', () => {
  expect(messagesAt(withRules({ id: 'a', rollout: { percent: 5, by: [''] } }), 'rules[0].rollout')).not.toEqual([]);
  expect(messagesAt(withRules({ id: 'a', serve: { value: 'yes' } }), 'rules[0].serve')).not.toEqual([]);
  const requires = [{ flag: 'payments-v2', variants: ['on'], else: 'nowhere' }];
  expect(messagesAt({ ...withRules(), requires }, 'requires[0].else')).not.toEqual([]);
});

test('asks for a definition where the semantics want one', () => {
  const foreign: Json = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
  const draft = { ...withRules(), semantics: 'flagd-2' as const, default: null, off: null, foreign };
  expect(checkDraft(flag, draft, known)).toEqual([]);
  expect(checkDraft(flag, { ...draft, foreign: [1] }, known)).not.toEqual([]);
});
