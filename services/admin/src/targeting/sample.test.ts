import type { Flag } from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import { expect, test } from 'vitest';
import { compareFlags, compileProblems } from './compare.ts';
import { sampleContexts } from './sample.ts';

const flag: Flag = {
  key: 'banner',
  enabled: true,
  type: 'boolean',
  variants: { on: true, off: false },
  off: 'off',
  default: 'off',
  rules: [
    {
      id: 'a',
      if: [{ attr: 'country', op: 'in', values: ['NO', 'SE'] }],
      rollout: { percent: 50, by: ['company', 'targetingKey'] },
    },
    { id: 'b', if: [{ attr: 'age', op: 'number_gte', values: [18] }] },
  ],
};
const sampled = (one: Flag, count = 1000) => sampleContexts({ flag: one, segments: [], count, seed: 1, now: 0 });
const around = { others: [], segments: [], semantics: [], regex: regexEngine };

test('samples the attributes and values that a flag names, their neighbours, and none at all', () => {
  const contexts = sampled(flag).map(({ context }) => context);
  const seen = (name: string) => new Set(contexts.map((context) => context[name]));
  expect([...seen('country')]).toEqual(expect.arrayContaining(['NO', 'SE', undefined]));
  expect([...seen('age')]).toEqual(expect.arrayContaining([17, 18, 19]));
  expect(seen('company').size).toBeGreaterThan(500);
  expect(seen('targetingKey').size).toBeGreaterThan(500);
  expect(sampled(flag)).toEqual(sampled(flag));
});

test('samples what GrowthBook and flagd flags name, dotted names as paths', () => {
  const growthbook = {
    rules: [{ condition: { 'company.id': { $in: ['acme'] }, $or: [{ beta: true }] }, hashAttribute: 'id' }],
  };
  const context = sampled({ ...flag, rules: [], foreign: growthbook }).map((one) => one.context);
  expect(context.some(({ company }) => (company as { id?: string } | undefined)?.id === 'acme')).toBe(true);
  expect(context.some(({ beta }) => beta === true)).toBe(true);
  expect(new Set(context.map(({ id }) => id)).size).toBeGreaterThan(500);
  const flagd = {
    targeting: { if: [{ ends_with: [{ var: ['email', ''] }, '@x.org'] }, { fractional: [{ var: 'org' }, ['on', 1]] }] },
  };
  const other = sampled({ ...flag, rules: [], foreign: flagd }).map((one) => one.context);
  expect(other.some(({ email }) => email === 'x@x.org')).toBe(true);
  expect(new Set(other.map(({ org }) => org)).size).toBeGreaterThan(500);
});

test('samples instants around the dates that a flag names', () => {
  const dated: Flag = {
    ...flag,
    rules: [{ id: 'a', if: [{ attr: 'now', op: 'date_after', values: ['2026-12-01T00:00:00Z'] }] }],
  };
  const after = sampled(dated).filter(({ now }) => now > Date.parse('2026-12-01T00:00:00Z')).length;
  expect(after).toBeGreaterThan(50);
  expect(sampled(dated).some(({ now }) => now === 0)).toBe(true);
});

test('finds no difference between a flag and itself, and counts whom another percentage moves', () => {
  const samples = sampled(flag);
  expect(compareFlags({ ...around, before: flag, after: { ...flag } }, samples)).toEqual({
    total: 1000,
    alike: 1000,
    moved: [],
  });
  const [first, ...rest] = flag.rules ?? [];
  const after: Flag = {
    ...flag,
    rules: [{ ...first, id: 'a', rollout: { percent: 60, by: ['company', 'targetingKey'] } }, ...rest],
  };
  const comparison = compareFlags({ ...around, before: flag, after }, samples);
  expect(comparison.alike).toBeLessThan(1000);
  expect(comparison.alike).toBeGreaterThan(900);
  expect(comparison.moved[0]).toMatchObject({ before: { value: false }, after: { value: true } });
});

test('tells what does not compile', () => {
  const rules = [{ id: 'a', if: [{ attr: 'x', op: 'matches', values: ['('] }] }];
  expect(compileProblems({ ...flag, rules }, around)[0]?.path).toBe('rules[0].if[0]');
});
