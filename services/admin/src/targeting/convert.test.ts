import type { Flag } from '@burgee/evaluator';
import { expect, test } from 'vitest';
import { convert } from './convert.ts';
import { foreignProblems } from './foreign.ts';

const flagd: Flag = {
  key: 'banner',
  enabled: true,
  type: 'string',
  variants: { calm: 'Hello', loud: 'SALE!' },
  off: null,
  default: null,
  semantics: 'flagd-2',
  foreign: {
    state: 'ENABLED',
    variants: { calm: 'Hello', loud: 'SALE!' },
    defaultVariant: 'calm',
    targeting: { if: [{ in: [{ var: 'country' }, ['NO', 'SE']] }, 'loud', 'calm'] },
  },
};
const parent = { key: 'payments', valueType: 'boolean' as const, variants: { on: true, off: false } };
const names = { flags: [parent], segments: [] };
const asked = (flag: Flag) => convert(flag, names, async () => undefined);
const targeting = (logic: object): Flag => ({
  ...flagd,
  foreign: { ...(flagd.foreign as object), targeting: logic } as never,
});

test('proves a conversion over 1,000 contexts', async () => {
  const conversion = await asked(flagd);
  expect(conversion).toMatchObject({ ok: true, comparison: { total: 1000, alike: 1000, moved: [] } });
  expect(conversion.ok && conversion.flag.semantics).toBeUndefined();
});

test('counts whom another hash moves', async () => {
  const conversion = await asked(targeting({ fractional: [{ var: 'company' }, ['calm', 50], ['loud', 50]] }));
  const alike = conversion.ok ? conversion.comparison.alike : -1;
  expect(alike).toBeGreaterThan(300);
  expect(alike).toBeLessThan(700);
});

test('says why a flag cannot be converted', async () => {
  const conversion = await asked(targeting({ if: [{ '>': [{ '+': [{ var: 'a' }, 1] }, 2] }, 'loud', 'calm'] }));
  expect(conversion).toMatchObject({ ok: false, reasons: [expect.any(String)] });
  expect(await asked({ ...flagd, semantics: 'burgee-1', default: 'calm', foreign: undefined as never })).toMatchObject({
    ok: false,
  });
});

test('converts a flag of Unleash, with stand-ins for the flags it requires', async () => {
  const { foreign: _foreign, ...common } = flagd;
  const conversion = await asked({
    ...common,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
    semantics: 'unleash',
    requires: [{ flag: 'payments', variants: ['on'] }],
    rules: [{ id: 'a', if: [{ attr: 'country', op: 'IN', values: ['NO'] }], serve: 'on' }],
  });
  expect(conversion).toMatchObject({ ok: true, comparison: { total: 1000, alike: 1000 } });
});

test('converts a feature of GrowthBook', async () => {
  const foreign = { defaultValue: false, rules: [{ condition: { country: 'NO' }, force: true }] };
  const variants = { on: true, off: false };
  const conversion = await asked({ ...flagd, type: 'boolean', variants, semantics: 'growthbook-1', foreign });
  expect(conversion).toMatchObject({ ok: true, comparison: { total: 1000 } });
});

test('finds what compiling a foreign flag finds wrong', async () => {
  expect(await foreignProblems(flagd)).toEqual([]);
  const foreign = { ...(flagd.foreign as object), defaultVariant: 'gone' };
  expect(await foreignProblems({ ...flagd, foreign })).toEqual([
    { path: 'foreign.defaultVariant', message: 'no variant named gone' },
  ]);
});
