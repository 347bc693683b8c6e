import { compile, evaluate, type Flag } from '@burgee/evaluator';
import { growthbook1 } from '@burgee/evaluator/growthbook-1';
import { describe, expect, test } from 'vitest';
import { convertGrowthbook } from './growthbook/convert.ts';
import { decryptGrowthbook, decryptGrowthbookPayload } from './growthbook/decrypt.ts';
import { growthbook } from './growthbook.ts';
import { UnreadableFile } from './imported.ts';

const read = (payload: unknown, reference?: 'growthbook-2') =>
  growthbook.read({ text: JSON.stringify(payload), ...(reference && { reference }) });

const flagOf = (feature: unknown, savedGroups = {}): Flag => {
  const { flags, refused } = read({ features: { f: feature }, savedGroups });
  expect(refused).toEqual([]);
  return (flags[0] as { flag: Flag }).flag;
};

test('keeps a feature as it came, with the saved groups that it uses', () => {
  const feature = { defaultValue: true, rules: [{ condition: { id: { $inGroup: 'g' } }, force: false }] };
  const inner = { type: 'condition', condition: { $savedGroup: { id: 'inner' } } };
  const list = { type: 'list', attributeKey: 'a', values: [1] };
  const savedGroups = { g: inner, inner: list, other: ['x'] };
  const { flags, ...imported } = read({ status: 200, features: { f: feature }, savedGroups });
  expect(imported).toEqual({
    format: 'growthbook',
    reference: 'growthbook-1',
    segments: [],
    refused: [],
    warnings: [],
  });
  expect(flags).toEqual([
    {
      flag: {
        key: 'f',
        enabled: true,
        type: 'boolean',
        variants: { on: true, off: false },
        off: null,
        default: null,
        semantics: 'growthbook-1',
        foreign: { ...feature, savedGroups: { g: inner, inner: list } },
      },
      kind: 'release',
      description: '',
      tags: [],
    },
  ]);
});

test('reads an experiment together with the features that it asks for', () => {
  const experiment = {
    key: 'e',
    variations: ['control', 'new'],
    parentConditions: [{ id: 'p', condition: { value: true } }],
    condition: { id: { $inGroup: 'g' } },
  };
  const p = { defaultValue: false, rules: [{ condition: { plan: 'pro' }, force: true }] };
  const { flags, refused, warnings } = read({ ...experiment, features: { p }, savedGroups: { g: ['u1'] } });
  expect([refused, warnings]).toEqual([[], []]);
  const compiled = compile(
    {
      format: 1,
      environment: 'e',
      version: '1',
      flags: Object.fromEntries(flags.map(({ flag }) => [flag.key, flag])),
      segments: {},
    },
    { semantics: [growthbook1] },
  );
  const inside = (context: object) => evaluate(compiled, 'e', context as never, 0).metadata?.inExperiment;
  expect(inside({ id: 'u1', plan: 'pro' })).toBe(true);
  expect(inside({ id: 'u1', plan: 'free' })).toBe(false);
  expect(inside({ id: 'u2', plan: 'pro' })).toBe(false);
  const clash = read({ ...experiment, features: { p, e: p } });
  expect(clash.refused).toEqual([{ key: 'e', path: 'key', message: 'a feature and the experiment have this key' }]);
  expect(clash.flags.map(({ flag }) => flag.key)).toEqual(['p']);
});

test.each([
  [{ defaultValue: 'a', rules: [{ force: 'b' }, { variations: ['a', 'c'] }] }, 'string', { v1: 'a', v2: 'b', v3: 'c' }],
  [{ defaultValue: 1, rules: [{ force: 2 }] }, 'integer', { v1: 1, v2: 2 }],
  [{ defaultValue: 1, rules: [{ force: 2.5 }] }, 'float', { v1: 1, v2: 2.5 }],
  [{ defaultValue: 1, rules: [{ force: 'x' }] }, 'object', { v1: 1, v2: 'x' }],
  [{ defaultValue: { a: 1, b: 2 }, rules: [{ force: { b: 2, a: 1 } }] }, 'object', { v1: { a: 1, b: 2 } }],
  [{ defaultValue: null, rules: [{ force: false }] }, 'boolean', { on: true, off: false }],
  [{}, 'boolean', { on: true, off: false }],
])('%j has the type %s', (feature, type, variants) => {
  expect(flagOf(feature)).toMatchObject({ type, variants });
  expect(Object.keys(flagOf(feature).variants)).toEqual(Object.keys(variants));
});

test('an order of fields that a database would lose is kept beside', () => {
  const condition = { profile: { level: 1, a: 2 } };
  expect(flagOf({ rules: [{ force: true, condition }] }).foreign).toMatchObject({
    texts: { '{"profile":{"a":2,"level":1}}': '{"profile":{"level":1,"a":2}}' },
  });
});

describe('refuses', () => {
  const refusals = (features: object, more = {}) => read({ features, ...more }).refused;

  test.each([
    ['an array', '[]', /expected an object/],
    ['no JSON', '{', /not JSON/],
    ['something else', '{"a":1}', /expected features by key/],
    [
      'what is too deep',
      `{"features":{"f":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      /nested more than 500 levels deep/,
    ],
    ['the REST form', '{"features":[]}', /by key, as the SDK endpoint gives it/],
  ])('%s as unreadable', (_, text, message) => {
    expect(() => growthbook.read({ text })).toThrow(UnreadableFile);
    expect(() => growthbook.read({ text })).toThrow(message);
    expect(() => growthbook.contexts({ text }, 1, 1)).toThrow(UnreadableFile);
  });

  test.each([
    ['a/b', {}, { key: 'a/b', path: 'features.a/b.key' }],
    ['f', null, { key: 'f', path: 'features.f', message: 'expected object' }],
    ['f', { rules: {} }, { key: 'f', path: 'features.f.rules', message: 'expected array, got object' }],
    [
      'f',
      { rules: [{ force: 1, condition: { a: { $regex: 'x{101}' } } }] },
      { message: 'the pattern x{101}: counted repeat over 100' },
    ],
    ['f', { defaultValue: 1e21 }, { path: 'features.f.variants.v1', message: 'number too large to be exact' }],
    ['f', { defaultValue: '\0' }, { message: 'defaultValue: a text with the character U+0000' }],
    ['f', { defaultValue: '\ud800' }, { message: 'defaultValue: a text with half a surrogate pair' }],
    ['f', { savedGroups: {} }, { message: 'reserved field savedGroups' }],
    ['f', { rules: Array.from({ length: 101 }, (_, i) => ({ force: i })) }, { path: 'features.f.variants' }],
  ])('%s: %j', (key, feature, finding) => {
    expect(refusals({ [key]: feature })).toContainEqual(expect.objectContaining(finding));
  });

  test('what asks for something refused, in turn', () => {
    const asks = (id: string) => ({ rules: [{ parentConditions: [{ id, condition: { value: 1 } }], force: 1 }] });
    const { flags, refused } = read({ features: { c: asks('b'), b: asks('a'), a: 5, d: {} } });
    expect(flags.map(({ flag }) => flag.key)).toEqual(['d']);
    expect(refused.map(({ key, message }) => `${key}: ${message}`)).toEqual([
      'a: expected object',
      'b: asks for feature a, which is refused',
      'c: asks for feature b, which is refused',
    ]);
  });

  test('an encrypted payload, until it is opened', () => {
    expect(read({ encryptedFeatures: 'a.b' })).toMatchObject({
      flags: [],
      refused: [{ key: '', path: 'encryptedFeatures' }],
    });
  });
});

test('warns of what decides alike and is worth knowing', () => {
  const asks = (id: string) => ({ rules: [{ parentConditions: [{ id, condition: {} }], force: true }] });
  const features = {
    a: asks('b'),
    b: asks('a'),
    c: asks('gone'),
    d: { rules: [{ variations: [true, false], minBucketVersion: 1 }] },
  };
  const { warnings } = read({ features, experiments: [{ key: 'page' }] });
  expect(warnings.map(({ key, message }) => `${key}: ${message.slice(0, 30)}`)).toEqual([
    'page: an experiment that changes pag',
    'a: its prerequisites go in a cycl',
    'b: its prerequisites go in a cycl',
    'c: asks for feature gone, which i',
    'd: sticky buckets count only wher',
  ]);
});

test('opens what GrowthBook encrypted', async () => {
  const key = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const closer = await crypto.subtle.importKey('raw', key, { name: 'AES-CBC' }, false, ['encrypt']);
  const close = async (text: string) =>
    `${base64(iv)}.${base64(new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, closer, new TextEncoder().encode(text))))}`;
  const closed = await close('{"f":{"defaultValue":"ü😀"}}');
  const subtle = crypto.subtle as never;
  expect(await decryptGrowthbook(closed, base64(key), subtle)).toBe('{"f":{"defaultValue":"ü😀"}}');
  for (const [text, by] of [
    [closed, base64(iv)],
    ['x', base64(key)],
    [closed, '?'],
    [`${closed.slice(0, -8)}AAAAAAA=`, base64(key)],
  ] as const) {
    expect(await decryptGrowthbook(text, by, subtle)).toBe(undefined);
  }
  const opened = await decryptGrowthbookPayload(JSON.stringify({ encryptedFeatures: closed }), base64(key), subtle);
  expect(growthbook.read({ text: opened as string }).flags).toHaveLength(1);
  expect(await decryptGrowthbookPayload(JSON.stringify({ encryptedFeatures: 'x' }), base64(key), subtle)).toBe(
    undefined,
  );
});

test('makes the same contexts for the same seed, with both sides of what conditions ask', () => {
  const features = { f: { rules: [{ force: 1, condition: { country: 'NO', 'profile.age': { $gt: 17 } } }] } };
  const text = JSON.stringify({ features });
  const contexts = growthbook.contexts({ text }, 300, 5);
  expect(contexts).toEqual(growthbook.contexts({ text }, 300, 5));
  expect(contexts).not.toEqual(growthbook.contexts({ text }, 300, 6));
  expect(contexts.some(({ country }) => country === 'NO')).toBe(true);
  expect(contexts.some(({ country }) => country === undefined)).toBe(true);
  const ages = contexts.map(({ profile }) => (profile as { age?: unknown } | undefined)?.age);
  for (const age of [16, 17, 18]) expect(ages).toContain(age);
});

describe('converts', () => {
  const groups = { g: ['a', 'b'], c: { type: 'condition', condition: { vip: true } } };

  test('exactly where no hash decides', () => {
    const feature = {
      defaultValue: 'none',
      rules: [
        {
          id: 'fr_1',
          force: 'old',
          condition: { age: { $gte: 18 }, country: { $in: ['NO', 'SE'] }, vip: { $ne: true } },
        },
        { force: 'group', condition: { $or: [{ name: { $inGroup: 'g' } }, { $savedGroup: { id: 'c' } }] } },
        { force: 'young', condition: { age: { $lt: 5 }, $nor: [{ country: 'DK' }], mail: { $exists: true } } },
        { force: null, condition: { country: 'FI' } },
      ],
    };
    const flag = flagOf(feature, groups);
    const converted = convertGrowthbook(flag);
    if (!converted.ok) throw new Error(converted.reasons.join());
    expect(converted.flag.semantics).toBe(undefined);
    const both = (one: Flag) =>
      compile(
        { format: 1, environment: '', version: '', flags: { f: one }, segments: {} },
        { semantics: [growthbook1] },
      );
    const [before, after] = [both(flag), both(converted.flag)];
    expect(after.problems.size).toBe(0);
    const pick = <Value>(list: readonly Value[], i: number) => list[i % list.length] as Value;
    for (let i = 0; i < 2000; i++) {
      const context = JSON.parse(
        JSON.stringify({
          age: pick([3, 5, 17, 18, 40, undefined], i),
          country: pick(['NO', 'DK', 'FI', undefined, 'SE'], i >> 1),
          vip: pick([true, false, undefined], i >> 3),
          name: pick(['a', 'z', undefined], i >> 2),
          mail: pick(['m', undefined], i >> 4),
        }),
      );
      const [{ value: was }, { value: is, errorCode }] = [
        evaluate(before, 'f', context, 0),
        evaluate(after, 'f', context, 0),
      ];
      expect([context, errorCode, is]).toEqual([context, undefined, was]);
    }
  });

  test('shares, and tells how many users move', () => {
    const rules = [
      { force: true, coverage: 0.25 },
      { variations: [true, false], weights: [0.3, 0.7], coverage: 0.5, hashAttribute: 'deviceId', key: 'e' },
    ];
    const converted = convertGrowthbook(flagOf({ defaultValue: false, rules }));
    expect(converted).toMatchObject({
      ok: true,
      flag: {
        rules: [
          { id: 'rule-1', rollout: { percent: 25, by: ['id', 'targetingKey'] }, serve: 'on' },
          {
            id: 'rule-2',
            rollout: { percent: 50, by: ['deviceId'] },
            serve: {
              split: [
                ['on', 30_000],
                ['off', 70_000],
              ],
              by: ['deviceId'],
            },
          },
        ],
        default: 'off',
      },
    });
    expect(converted.ok && converted.notes.join()).toMatch(
      /about 38 % of the users it asks change sides.*about 42 % of the users get another/,
    );
  });

  test('a gate before all rules, and other prerequisites', () => {
    const gate = { id: 'p', condition: { value: true }, gate: true };
    const rules = [{ parentConditions: [gate, { id: 'q', condition: { value: { $eq: false } } }], force: true }];
    expect(convertGrowthbook(flagOf({ defaultValue: false, rules }))).toMatchObject({
      ok: true,
      flag: {
        requires: [{ flag: 'p', variants: ['on'], else: null }],
        rules: [{ requires: [{ flag: 'q', variants: ['off'] }] }],
      },
    });
  });

  test.each([
    [{ force: true, condition: { a: { $regex: 'x' } } }, 'a: operator $regex'],
    [{ force: true, condition: { 'a.b': 1 } }, 'a.b: Burgee reads nothing inside an attribute'],
    [{ force: true, filters: [{ seed: 's', ranges: [[0, 1]] }] }, 'rule-1: filters'],
    [
      { variations: [true, false], meta: [{ passthrough: true }] },
      'rule-1: a variation that passes through (a holdout)',
    ],
    [{ variations: [true, false], namespace: ['n', 0, 1] }, 'rule-1: namespace'],
    [{ variations: [true, null] }, 'rule-1: a variation without a value'],
  ])('nothing that it can not say: %j', (rule, reason) => {
    expect(convertGrowthbook(flagOf({ defaultValue: false, rules: [rule] }))).toEqual({ ok: false, reasons: [reason] });
  });
});
