import type { Flag, Ruleset } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { patchBetween } from './patch.ts';

const flag = (key: string, enabled = true): Flag => ({
  key,
  enabled,
  type: 'boolean',
  variants: { on: true, off: false },
  off: 'off',
  default: 'on',
});
const ruleset = (version: string, flags: readonly Flag[], segments: Ruleset['segments'] = {}): Ruleset => ({
  format: 1,
  environment: 'test',
  version,
  flags: Object.fromEntries(flags.map((each) => [each.key, each])),
  segments,
});

test('holds what is new, what differs and what is gone, and nothing else', () => {
  const before = ruleset('1.a', [flag('same'), flag('switched'), flag('archived')], { staff: { key: 'staff' } });
  const after = ruleset('2.b', [flag('same'), flag('switched', false), flag('new')], { beta: { key: 'beta' } });
  expect(patchBetween(before, after)).toEqual({
    from: '1.a',
    version: '2.b',
    flags: { switched: flag('switched', false), new: flag('new') },
    removedFlags: ['archived'],
    segments: { beta: { key: 'beta' } },
    removedSegments: ['staff'],
  });
});

test('is not confused by keys that objects have by themselves', () => {
  const after = ruleset('2.b', [flag('constructor')]);
  expect(Object.keys(patchBetween(ruleset('1.a', []), after).flags)).toEqual(['constructor']);
});
