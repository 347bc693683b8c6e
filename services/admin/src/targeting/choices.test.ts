import { expect, test } from 'vitest';
import { toChoices } from './choices.ts';

const setting = { enabled: true, offVariant: 'off', requires: [], defaultServe: 'off' };

test('offers other flags with their variants, segments, and the attributes that rules read', () => {
  const rules = [{ id: 'a', if: [{ any: [{ attr: 'country', op: 'in', values: ['NO'] }, { segment: 'staff' }] }] }];
  const flag = { key: 'new-checkout', variants: { on: true, off: false }, settings: [{ ...setting, rules }] };
  const choices = toChoices(flag, {
    flags: [
      { key: 'new-checkout', variants: { on: true } },
      { key: 'search', variants: { v1: 1, v2: 2 } },
    ],
    segments: [{ key: 'staff', conditions: [{ attr: 'email', op: 'ends_with', values: ['@shop.example'] }] }],
  });
  expect(choices.variants).toEqual(['on', 'off']);
  expect([...choices.flags]).toEqual([['search', ['v1', 'v2']]]);
  expect(choices.attributes).toEqual(['targetingKey', 'country', 'email']);
});
