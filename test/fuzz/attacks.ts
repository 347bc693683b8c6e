import fc from 'fast-check';
import { ruleset } from '../model/naive/rulesets.arbitrary.ts';
import { foreignRulesets } from './foreign.ts';
import { hostileContext, hostileValue, type Make } from './hostile.ts';
import { spoilt } from './mutate.ts';
import type { Attack } from './survive.ts';

/** Contexts that each document meets. */
export const contextsEach = 5;

function attacks(document: fc.Arbitrary<Make>): fc.Arbitrary<Attack> {
  return fc.record({
    document,
    contexts: fc.array(hostileContext, { minLength: contextsEach, maxLength: contextsEach }),
    now: fc.constantFrom(0, Date.parse('2026-06-01T00:00:00Z'), -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300),
  });
}

/** What is attacked, by name: our own semantics, and those of others. */
export const subjects: Readonly<Record<string, fc.Arbitrary<Attack>>> = Object.fromEntries(
  Object.entries({ 'burgee-1': ruleset, ...foreignRulesets }).map(([name, sound]) => [
    name,
    attacks(
      fc.oneof(
        { arbitrary: (sound as fc.Arbitrary<unknown>).map((one) => () => one), weight: 4 },
        { arbitrary: spoilt(sound), weight: 12 },
        { arbitrary: hostileValue, weight: 1 },
      ),
    ),
  ]),
);
