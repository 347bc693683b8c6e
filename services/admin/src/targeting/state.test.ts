import { expect, test } from 'vitest';
import { settingState } from './state.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const base = {
  enabled: true,
  offVariant: 'off',
  requires: [],
  rules: [] as unknown,
  defaultServe: 'on' as unknown,
  settledAt: null as string | null,
};

test('says what everyone gets, and since when', () => {
  expect(settingState({ ...base, settledAt: '2026-11-01T12:00:00Z' }, now)).toBe(
    'Everyone gets on, settled 20 days ago',
  );
});

test('says what is served while off', () => {
  expect(settingState({ ...base, enabled: false, offVariant: null }, now)).toBe(
    'Off, everyone gets the default in the code',
  );
});

test('says the percentage of a simple rollout', () => {
  const rules = [{ id: 'all', rollout: 30, serve: 'on' }];
  expect(settingState({ ...base, rules, defaultServe: 'off' }, now)).toBe('30 % of users get on, else off');
});

test('counts rules when there is more to tell', () => {
  const rules = [
    { id: 'a', if: [{ segment: 'staff' }] },
    { id: 'b', rollout: 5 },
  ];
  expect(settingState({ ...base, rules, defaultServe: 'off' }, now)).toBe('2 rules, else off');
});

test('says whose decisions a foreign flag follows', () => {
  expect(settingState({ ...base, semantics: 'growthbook-1', foreign: {} }, now)).toBe('On, decided as GrowthBook does');
});
