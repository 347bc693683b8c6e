import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, refusalOf, type Shop, settingUpdate } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.flag('banner');
  await shop.flag('retired');
  await shop.flag('layout', { value_type: 'object', variants: { wide: {}, narrow: {} } });
  await shop.database.sql(`update burgee.flag set archived_at = '2026-05-04T12:00:00Z' where key = 'retired'`);
});
afterAll(() => shop.stop());

const refusedFlag = (key: string, columns: Record<string, unknown> = {}) => refusalOf(shop.flag(key, columns));
const refusedSetting = (columns: Record<string, unknown>) => refusalOf(shop.target('banner', 'development', columns));
const condition = (part: Record<string, unknown>) => ({
  rules: [{ id: 'r', if: [{ attr: 'x', ...part }], serve: 'on' }],
});

test.each([
  ['', 'key must be 1 to 128 characters'],
  ['k'.repeat(129), 'key must be 1 to 128 characters'],
  ['new checkout', 'key may contain a-z 0-9 . _ -'],
  ['a/b', 'key may contain a-z 0-9 . _ -'],
  ['Banner', 'key may contain a-z 0-9 . _ -'],
  ['flag-🚩', 'key may contain a-z 0-9 . _ -'],
  ['flag\u202e', 'key may contain a-z 0-9 . _ -'],
  ['fl\u200bag', 'key may contain a-z 0-9 . _ -'],
  ['bаnner', 'key may contain a-z 0-9 . _ -'],
  ['__proto__', '__proto__ is a reserved key'],
  ['constructor', 'constructor is a reserved key'],
  ['tostring', 'tostring is a reserved key'],
])('the key %j is refused', async (key, message) => {
  expect(await refusedFlag(key)).toMatchObject({ code: 'INVALID_KEY', sqlstate: 'BG003', message });
});

test('a key that is taken, or was, is refused', async () => {
  expect(await refusedFlag('banner')).toMatchObject({
    code: 'KEY_EXISTS',
    sqlstate: 'BG004',
    message: 'there is a flag banner already',
  });
  expect(await refusedFlag('retired')).toMatchObject({
    code: 'KEY_RETIRED',
    sqlstate: 'BG005',
    message: 'retired was used until 2026-05-04; keys are not reused',
  });
  const inOtherCase = await refusalOf(shop.flag('BANNER', { origin: { system: 'unleash' } }));
  expect(inOtherCase).toMatchObject({ code: 'KEY_EXISTS' });
});

test('type and key never change, and archiving is for good', async () => {
  const change = (assignment: string, key = 'banner') =>
    refusalOf(shop.database.sql(`update burgee.flag set ${assignment} where key = '${key}'`));
  expect(await change(`value_type = 'string'`)).toMatchObject({ code: 'TYPE_IMMUTABLE', sqlstate: 'BG006' });
  expect(await change(`key = 'other'`)).toMatchObject({ code: 'NOT_ALLOWED_HERE' });
  expect(await change('archived_at = null', 'retired')).toMatchObject({ code: 'NOT_ALLOWED_HERE' });
});

test('variants are counted and typed', async () => {
  for (const variants of [
    {},
    { one: true },
    Object.fromEntries(Array.from({ length: 101 }, (_, nr) => [`v${nr}`, true])),
  ]) {
    const refusal = await refusedFlag('x', { variants });
    expect(refusal).toMatchObject({ code: 'INVALID_FLAG', sqlstate: 'BG001' });
    expect(refusal.message).toContain('2 to 100 variants');
  }
  const refusal = await refusedFlag('x', { variants: { on: 'true', off: false } });
  expect(refusal.problems).toEqual([{ path: 'variants.on', message: 'expected boolean, got string' }]);
  expect(refusal.message).toBe('variants.on: expected boolean, got string');
});

test.each<[string, Record<string, unknown>, string | RegExp]>([
  ['a default that is no variant', { default_serve: '"purple"' }, 'no variant named purple'],
  ['an off variant that is none', { off_variant: 'purple' }, 'no variant named purple'],
  [
    'weights that do not sum to the whole',
    {
      default_serve: {
        split: [
          ['on', 50_000],
          ['off', 49_999],
        ],
      },
    },
    /100,000/,
  ],
  [
    'a negative weight',
    {
      default_serve: {
        split: [
          ['on', -1],
          ['off', 100_001],
        ],
      },
    },
    /weight/,
  ],
  ['an unknown operator', condition({ op: 'matchesish', values: ['a'] }), /unknown operator/],
  ['a version operator on a number', condition({ op: 'semver_gt', values: [1] }), /1\.2\.3/],
  ['a version that is none', condition({ op: 'semver_gt', values: ['v1.2'] }), 'semantic version'],
  [
    'a date without a zone',
    condition({ op: 'date_after', values: ['2026-02-28T00:00:00'] }),
    'RFC 3339 date with a zone',
  ],
  [
    'a day that does not exist',
    condition({ op: 'date_after', values: ['2026-02-30T00:00:00Z'] }),
    'RFC 3339 date with a zone',
  ],
  [
    'a network that is none',
    condition({ op: 'in_cidr', values: ['10.0.0.0/8', '10.0.0.0/33'] }),
    'rules[0].if[0].values[1]: not a network such as 10.0.0.0/8',
  ],
  ['an address with a zone', condition({ op: 'in_cidr', values: ['fe80::1%eth0'] }), 'not a network'],
  ['an address out of range', condition({ op: 'in_cidr', values: ['10.0.0.256'] }), 'not a network'],
  [
    'a number as network',
    condition({ op: 'in_cidr', values: [10] }),
    'operator in_cidr wants a network such as 10.0.0.0/8',
  ],
  ['ignoring the case of numbers', condition({ op: 'in', values: [1], ignoreCase: true }), 'ignoreCase is for texts'],
  ['an operator of another system', condition({ op: 'NUM_GT', values: ['1'] }), 'unknown operator; known: contains, '],
  ['a value of another type', { default_serve: { value: 'on' } }, 'default.value: expected boolean, got string'],
  ['an else that is no variant', { requires: [{ flag: 'banner', variants: ['on'], else: 'x' }] }, 'no variant named x'],
  [
    'an else in a rule',
    { rules: [{ id: 'r', requires: [{ flag: 'banner', variants: ['on'], else: null }] }] },
    'else counts only for the requirements of the whole flag',
  ],
  [
    'six attributes to hash by',
    { rules: [{ id: 'r', rollout: { percent: 5, by: [...'abcdef'] } }] },
    '1 to 5 attributes',
  ],
  ['the form of another system', { foreign_rule: {} }, 'foreign is for growthbook and flagd semantics'],
  [
    'rules beside it',
    { semantics: 'flagd-2', foreign_rule: {}, default_serve: 'null', rules: [{ id: 'r', serve: 'on' }] },
    'rules are for semantics',
  ],
  ['10,001 values', condition({ op: 'in', values: Array.from({ length: 10_001 }, (_, nr) => `v${nr}`) }), '10,000'],
  ['strings among numbers', condition({ op: 'in', values: ['1', 1] }), 'all strings, all numbers or all booleans'],
  ['201 rules', { rules: Array.from({ length: 201 }, (_, nr) => ({ id: `r${nr}`, serve: 'on' })) }, '200'],
  [
    'a ramp that ends before it starts',
    { rules: [{ id: 'r', rollout: { from: 0, to: 100, start: '2026-02-02T00:00:00Z', end: '2026-02-01T00:00:00Z' } }] },
    'end',
  ],
  ['a rollout over 100', { rules: [{ id: 'r', rollout: 101 }] }, /percent/],
  ['a rollout with four decimals', { rules: [{ id: 'r', rollout: 1.2345 }] }, /percent|decimals/],
  ['an unknown field', { rules: [{ id: 'r', rollOut: 5 }] }, 'unknown field; did you mean rollout'],
])('%s is refused with a sentence and a path', async (_, columns, sentence) => {
  const refusal = await refusedSetting(columns);
  expect(refusal).toMatchObject({ code: 'INVALID_FLAG', sqlstate: 'BG001' });
  expect(refusal.message).toMatch(sentence);
  expect(refusal.problems.length).toBeGreaterThan(0);
});

test('equal values of a condition are kept once, and whoever writes is told', async () => {
  const client = new pg.Client({ connectionString: shop.database.ownerUrl });
  const notices: (string | undefined)[] = [];
  client.on('notice', ({ message }) => notices.push(message));
  await client.connect();
  const repeated = { attr: 'x', op: 'in', values: ['b', 'a', 'b', 'A', 'a'] };
  const kept = { attr: 'x', op: 'in', values: ['b', 'a', 'A'] };
  const literal = { attr: 'y', values: [1, 1] };
  const [text, values] = settingUpdate('layout', 'development', {
    rules: [{ id: 'r', if: [{ all: [repeated] }, { attr: 'x', op: 'in', values: [1, 2] }], serve: { value: literal } }],
  });
  await client.query(text, [...(values ?? [])]);
  await client.query(`insert into burgee.segment (project_id, key, conditions) values ($1, 'twice', $2)`, [
    shop.projectId,
    JSON.stringify([repeated]),
  ]);
  await client.end();
  expect(await shop.setting('layout', 'development')).toMatchObject({
    rules: [{ if: [{ all: [kept] }, { values: [1, 2] }], serve: { value: literal } }],
  });
  expect(await shop.database.sql(`select conditions from burgee.segment where key = 'twice'`)).toEqual([
    { conditions: [kept] },
  ]);
  expect(notices).toEqual(
    ['rules[0].if[0].all[0]', 'if[0]'].map(
      (place) => `2 of 5 values in ${place}.values stood there twice and were left out`,
    ),
  );
});

test('conditions eleven deep are refused, ten are not', async () => {
  const nested = (depth: number): unknown => (depth === 1 ? { attr: 'x', op: 'exists' } : { all: [nested(depth - 1)] });
  const rules = (depth: number) => ({ rules: [{ id: 'r', if: [nested(depth)], serve: 'on' }] });
  expect((await refusedSetting(rules(11))).code).toBe('INVALID_FLAG');
  await shop.target('banner', 'development', rules(10));
});

test('texts may hold anything but control characters, and not too much of it', async () => {
  await shop.flag('texts', {
    name: '<script>alert(1)</script>',
    description: 'first line\nsecond line',
    owner: '=HYPERLINK("x")',
  });
  for (const [column, value] of [
    ['name', 'two\nlines'],
    ['description', 'bell\u0007'],
    ['name', '\u001b[31mred'],
    ['owner', 'x'.repeat(201)],
    ['description', 'x'.repeat(10_001)],
  ]) {
    const refusal = await refusalOf(
      shop.database.sql(`update burgee.flag set ${column} = $1 where key = 'texts'`, [value]),
    );
    expect(refusal, column).toMatchObject({ code: 'INVALID_FLAG', problems: [{ path: column }] });
  }
  await expect(shop.database.sql(`update burgee.flag set name = E'nul\\u0000' where key = 'texts'`)).rejects.toThrow();
});

test('a reason has a length too', async () => {
  expect(await refusedSetting({ salt: 'x', change_reason: 'x'.repeat(1_001) })).toMatchObject({
    code: 'LIMIT_EXCEEDED',
  });
});

test('a segment that names one that is not there, or asks nonsense, is refused', async () => {
  const add = (conditions: unknown) =>
    refusalOf(
      shop.database.sql(`insert into burgee.segment (project_id, key, conditions) values ($1, 'staff', $2)`, [
        shop.projectId,
        JSON.stringify(conditions),
      ]),
    );
  expect(await add([{ segment: 'other' }])).toMatchObject({
    code: 'UNKNOWN_REFERENCE',
    message: 'unknown segment other in if[0]',
  });
  expect(await add([{ attr: 'x', op: 'nonsense' }])).toMatchObject({
    code: 'INVALID_SEGMENT',
    sqlstate: 'BG002',
    problems: [{ path: 'if[0].op' }],
  });
  expect(await add([{ attr: 'x', op: 'IN', values: ['a'] }])).toMatchObject({ code: 'INVALID_SEGMENT' });
});

test('shorthand is written out, once', async () => {
  await shop.flag('short');
  expect(await shop.setting('short', 'production')).toMatchObject({
    off_variant: 'off',
    default_serve: 'on',
    enabled: false,
    rules: null,
  });
  await shop.target('short', 'production', { rules: [{ rollout: 25 }], requires: [] });
  const setting = await shop.setting('short', 'production');
  expect(setting).toMatchObject({
    default_serve: 'on',
    requires: null,
    rules: [{ id: expect.stringMatching(/^rule-[0-9a-f]{8}$/), rollout: 25 }],
  });
  await shop.flag('text', { value_type: 'string', variants: { a: 'a', b: 'b' } });
  expect(await shop.setting('text', 'production')).toMatchObject({ off_variant: null, default_serve: null });
});

test('a project and an environment have keys of their own grammar', async () => {
  const project = shop.database.sql(`insert into burgee.project (key, name) values ('Shop', 'x')`);
  expect(await refusalOf(project)).toMatchObject({ code: 'INVALID_KEY' });
  const environment = shop.database.sql(
    `insert into burgee.environment (project_id, key, name) values ($1, 'pre_prod', 'x')`,
    [shop.projectId],
  );
  expect(await refusalOf(environment)).toMatchObject({ code: 'INVALID_KEY' });
});
