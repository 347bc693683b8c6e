import { expect, test } from 'vitest';
import { toChoices } from './choices.ts';

const setting = { enabled: true, offVariant: 'off', requires: [], defaultServe: 'off' };

test('offers other flags with their variants, segments, and the attributes that rules read', () => {
  const rules = [{ id: 'a', if: [{ any: [{ attr: 'country', op: 'in', values: ['NO'] }, { segment: 'staff' }] }] }];
  const flag = { key: 'new-checkout', variants: { on: true, off: false }, settings: [{ ...setting, rules }] };
  const choices = toChoices(flag, {
    flags: [
      { key: 'new-checkout', valueType: 'boolean', variants: { on: true } },
      { key: 'search', valueType: 'integer', variants: { v1: 1, v2: 2 } },
    ],
    segments: [{ key: 'staff', conditions: [{ attr: 'email', op: 'ends_with', values: ['@shop.example'] }] }],
  });
  expect(choices.variants).toEqual(['on', 'off']);
  expect([...choices.flags]).toEqual([['search', ['v1', 'v2']]]);
  expect(choices.attributes).toEqual(['targetingKey', 'country', 'email']);
});

test('offers what percentages count by, what segments inside segments read, and what a foreign flag names', () => {
  const rules = [{ id: 'a', if: [{ segment: 'outer' }], rollout: { percent: 5, by: ['company', '$random'] } }];
  const foreign = { targeting: { if: [{ in: [{ var: 'plan' }, ['gold']] }, 'on', 'off'] } };
  const flag = {
    key: 'x',
    variants: { on: true },
    settings: [
      { ...setting, rules },
      { ...setting, rules: [], foreign },
    ],
  };
  const { attributes } = toChoices(flag, {
    flags: [],
    segments: [
      { key: 'outer', conditions: [{ segment: 'inner' }] },
      { key: 'inner', conditions: [{ attr: 'email', op: 'exists' }, { segment: 'outer' }] },
    ],
  });
  expect(attributes).toEqual(['targetingKey', 'email', 'company', 'plan']);
});
