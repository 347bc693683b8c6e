import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
  const flag = { project: 'shop', kind: 'release', owner: 'web' };
  for (const key of ['wrong', 'circle-a', 'circle-b']) {
    await shop.get('developer', 'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { id } }', {
      input: { ...flag, key },
    });
  }
  const archived = { ...flag, key: 'was-here' };
  await shop.get('developer', 'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { id } }', {
    input: archived,
  });
  await shop.get('admin', 'mutation { archiveFlag(input: { project: "shop", key: "was-here", reason: "x" }) { id } }');
});
afterAll(() => shop.stop());

const creating = 'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { id } }';
const targeting = 'mutation ($input: TargetFlagInput!) { targetFlag(input: $input) { revision } }';

async function refusedBySql(statement: string, values: readonly unknown[]): Promise<string> {
  try {
    await shop.database.sql(statement, values);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the database took it');
}

const deep = (levels: number): unknown => (levels === 0 ? { attr: 'a', op: 'exists' } : { all: [deep(levels - 1)] });
const rule = (condition: unknown) => [{ id: 'one', if: [condition] }];
const attr = (op: string, ...values: unknown[]) => rule({ attr: 'a', op, values });
const split = (...weights: readonly (readonly [string, number])[]) => [{ id: 'one', serve: { split: weights } }];

const flags: readonly (readonly [name: string, input: Record<string, unknown>, code: string, sentence: RegExp])[] = [
  ['N1 an empty key', { key: '' }, 'INVALID_KEY', /key must be 1 to 128 characters/],
  ['N1 a key of 129 characters', { key: 'k'.repeat(129) }, 'INVALID_KEY', /key must be 1 to 128 characters/],
  ['N2 a key with a blank', { key: 'a b' }, 'INVALID_KEY', /key may contain a-z 0-9/],
  ['N2 a key with a slash', { key: 'a/b' }, 'INVALID_KEY', /key may contain a-z 0-9/],
  ['N2 a key with a Cyrillic letter', { key: 'flаg' }, 'INVALID_KEY', /key may contain a-z 0-9/],
  ['N2 a key with a zero-width space', { key: 'a\u200bb' }, 'INVALID_KEY', /key may contain a-z 0-9/],
  ['N3 a reserved key', { key: 'constructor' }, 'INVALID_KEY', /reserved key/],
  ['N3 a prototype', { key: '__proto__' }, 'INVALID_KEY', /reserved key/],
  ['N4 a key that is taken', { key: 'wrong' }, 'KEY_EXISTS', /already/],
  ['N5 the key of an archived flag', { key: 'was-here' }, 'KEY_RETIRED', /was used until/],
  ['N7 one variant', { key: 'n', variants: { on: true } }, 'INVALID_FLAG', /2 to 100 variants/],
  [
    'N8 a value of another type',
    { key: 'n', variants: { on: 'true', off: false } },
    'INVALID_FLAG',
    /expected boolean, got string/,
  ],
  ['N22 control characters in a name', { key: 'n', name: 'a\u001bb' }, 'INVALID_FLAG', /no control characters/],
  ['N22 a name of 1 MB', { key: 'n', name: 'x'.repeat(900_000) }, 'INVALID_FLAG', /at most 200 characters/],
];

test.each(flags)('refuses %s with the same sentence as SQL', async (_name, input, code, sentence) => {
  const whole = { project: 'shop', kind: 'release', owner: '', ...input };
  const answer = await shop.ask('admin', creating, { input: whole });
  expect(answer.errors?.[0]).toMatchObject({ message: expect.stringMatching(sentence), extensions: { code } });
  const bySql = await refusedBySql(
    `insert into burgee.flag (project_id, key, name, kind, variants)
     select id, $1, $2, 'release', $3 from burgee.project where key = 'shop'`,
    [input.key, input.name ?? '', JSON.stringify(input.variants ?? { on: true, off: false })],
  );
  expect(bySql).toBe(answer.errors?.[0]?.message);
});

const settings: readonly (readonly [name: string, change: Record<string, unknown>, code: string, sentence: RegExp])[] =
  [
    ['N9 a variant that is not there', { defaultServe: 'blue' }, 'INVALID_FLAG', /no variant named blue/],
    ['N9 an off variant that is not there', { offVariant: 'blue' }, 'INVALID_FLAG', /no variant named blue/],
    [
      'N10 weights that sum to 99,999',
      { rules: split(['on', 50_000], ['off', 49_999]) },
      'INVALID_FLAG',
      /sum to 100,000/,
    ],
    ['N10 a negative weight', { rules: split(['on', 100_001], ['off', -1]) }, 'INVALID_FLAG', /rules\[0\]/],
    ['N10 a weight with a fraction', { rules: split(['on', 99_999.5], ['off', 0.5]) }, 'INVALID_FLAG', /rules\[0\]/],
    ['N11 an unknown segment', { rules: rule({ segment: 'nobody' }) }, 'UNKNOWN_REFERENCE', /nobody/],
    ['N12 itself as prerequisite', { requires: [{ flag: 'wrong', variants: ['on'] }] }, 'PREREQUISITE_CYCLE', /wrong/],
    [
      'N12 an archived prerequisite',
      { requires: [{ flag: 'was-here', variants: ['on'] }] },
      'UNKNOWN_REFERENCE',
      /was-here/,
    ],
    ['N13 an unknown operator', { rules: attr('matchesish', 'a') }, 'INVALID_FLAG', /unknown operator/],
    ['N14 a number as version', { rules: attr('semver_gte', 4) }, 'INVALID_FLAG', /version/],
    ['N15 a short version', { rules: attr('semver_gte', '1.2') }, 'INVALID_FLAG', /version/],
    ['N17 a date without a zone', { rules: attr('date_after', '2026-12-01T00:00:00') }, 'INVALID_FLAG', /RFC 3339/],
    ['N17 the 30th of February', { rules: attr('date_after', '2026-02-30T00:00:00Z') }, 'INVALID_FLAG', /RFC 3339/],
    ['N19 mixed types', { rules: attr('in', 'a', 1) }, 'INVALID_FLAG', /all strings/],
    [
      'N20 201 rules',
      { rules: Array.from({ length: 201 }, (_, index) => ({ id: `r${index}` })) },
      'INVALID_FLAG',
      /200/,
    ],
    ['N20 conditions eleven deep', { rules: rule(deep(11)) }, 'INVALID_FLAG', /10/],
    ['N24 an unknown field', { rules: [{ id: 'one', rollOut: 20 }] }, 'INVALID_FLAG', /rollOut/],
    [
      'N26 a ramp that ends before it starts',
      {
        rules: [
          { id: 'one', rollout: { from: 0, to: 100, start: '2026-12-03T00:00:00Z', end: '2026-12-01T00:00:00Z' } },
        ],
      },
      'INVALID_FLAG',
      /end must come after the start/,
    ],
  ];

test.each(settings)('refuses %s with the same sentence as SQL', async (_name, change, code, sentence) => {
  const input = { project: 'shop', environment: 'staging', key: 'wrong', revision: '1', rules: [], ...change };
  const answer = await shop.ask('admin', targeting, { input });
  expect(answer.errors?.[0]).toMatchObject({ message: expect.stringMatching(sentence), extensions: { code } });
  if (code === 'INVALID_FLAG') expect(answer.errors?.[0]?.extensions.problems).not.toHaveLength(0);
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const bySql = await refusedBySql(
    `update burgee.flag_setting
     set rules = $1, requires = $2, default_serve = coalesce($3, default_serve), off_variant = coalesce($4, off_variant)
     where flag_id = (select id from burgee.flag where key = 'wrong')
       and environment_id = (select id from burgee.environment where key = 'staging')`,
    [
      input.rules.length === 0 ? null : json(input.rules),
      json(change.requires),
      json(change.defaultServe),
      change.offVariant,
    ],
  );
  expect(bySql).toBe(answer.errors?.[0]?.message);
});

const patterns: readonly (readonly [name: string, pattern: string, sentence: RegExp])[] = [
  ['unclosed', '(a', /rules\[0\]\.if\[0\]\.values\[0\]: /],
  ['look-behind', '(?<=a)b', /values\[0\]/],
  ['back-reference', '(a)\\1', /values\[0\]/],
  ['of 257 characters', 'a'.repeat(257), /256/],
  ['with a large counted repeat', 'a{0,1000}', /counted repeat/],
  ['with repeats that multiply', '((a{100}){50}){50}', /repeat/],
];

test.each(patterns)('N16 refuses a pattern %s before anything is written', async (_name, pattern, sentence) => {
  const input = {
    project: 'shop',
    environment: 'staging',
    key: 'wrong',
    revision: '1',
    rules: attr('matches', pattern),
  };
  const answer = await shop.ask('admin', targeting, { input });
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringMatching(sentence),
    extensions: { code: 'INVALID_FLAG' },
  });
  expect(answer.errors?.[0]?.extensions.problems).toHaveLength(1);
});

test('N12 refuses a circle of two, and names it', async () => {
  const require = (key: string, flag: string) => ({
    input: {
      project: 'shop',
      environment: 'staging',
      key,
      revision: '1',
      rules: [],
      requires: [{ flag, variants: ['on'] }],
    },
  });
  await shop.get('developer', targeting, require('circle-a', 'circle-b'));
  const answer = await shop.ask('developer', targeting, require('circle-b', 'circle-a'));
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringMatching(/circle-b -> circle-a -> circle-b|circle-a -> circle-b -> circle-a/),
    extensions: { code: 'PREREQUISITE_CYCLE' },
  });
});

test('N24 refuses an unknown field of the input and hints at the right one', async () => {
  const answer = await shop.ask('admin', creating, {
    input: { project: 'shop', key: 'n', kind: 'release', owner: '', ownr: '' },
  });
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringContaining('ownr'),
    extensions: { code: 'BAD_INPUT' },
  });
});

test('stores markup as text', async () => {
  const input = { project: 'shop', key: 'markup', kind: 'release', owner: '<b>', name: '<script>alert(1)</script>' };
  const { createFlag } = await shop.get(
    'developer',
    'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { name owner } }',
    { input },
  );
  expect(createFlag).toEqual({ name: '<script>alert(1)</script>', owner: '<b>' });
});
