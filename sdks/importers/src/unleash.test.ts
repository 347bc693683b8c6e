import { parseFlag } from '@burgee/evaluator';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnreadableFile } from './imported.ts';
import { convertUnleash } from './unleash/convert.ts';
import { unleash } from './unleash.ts';

const read = (file: unknown, reference: 'unleash' | 'unleash-node' = 'unleash', environment?: string) =>
  unleash.read({ text: JSON.stringify(file), reference, ...(environment !== undefined && { environment }) });

const feature = (name: string, rest: object = {}) => ({
  name,
  enabled: true,
  strategies: [{ name: 'default', variants: [] }],
  ...rest,
});

const keysOf = ({ flags }: ReturnType<typeof read>) => flags.map(({ flag }) => flag.key);
const flagOf = (imported: ReturnType<typeof read>, key: string) =>
  imported.flags.find(({ flag }) => flag.key === key)!.flag;

test('a file that is not Unleash’s is unreadable', () => {
  for (const text of ['', 'features:', '[]', 'null', '{}', '{"features":{}}', '{"flags":{}}']) {
    expect(() => unleash.read({ text }), text).toThrow(UnreadableFile);
  }
});

test('whatever the file holds, nothing but an unreadable file is thrown', () => {
  const keys = fc.constantFrom(
    'name',
    'enabled',
    'strategies',
    'variants',
    'dependencies',
    'constraints',
    'parameters',
  );
  const odd = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('default', 'flexibleRollout', 'IN', '__proto__', 1, true),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(keys, fc.constantFrom('operator', 'values', 'weight', 'payload', 'id')), tie('value')),
    ),
  })).value;
  const file = fc.dictionary(
    fc.constantFrom('features', 'segments', 'events', 'featureStrategies', 'dependencies'),
    odd,
  );
  fc.assert(
    fc.property(file, fc.array(odd), fc.boolean(), (rest, features, isNode) => {
      const made = read(
        { features, ...rest, ...(Array.isArray(rest.features) ? {} : { features }) },
        isNode ? 'unleash-node' : 'unleash',
      );
      for (const { flag } of made.flags) expect(parseFlag(flag).ok).toBe(true);
    }),
    { seed: 7, numRuns: 150 },
  );
});

test('tells each fault with its path, and carries over what is whole', () => {
  const imported = read({
    version: 2,
    features: [
      feature('good'),
      feature('twice'),
      feature('twice'),
      feature('typed', { enabled: 'yes', strategies: [{ name: 5, constraints: {} }] }),
      'nothing',
      feature('a/b'),
      feature('weights', { variants: [{ name: 'x', weight: '5' }] }),
    ],
    segments: [{ id: 'x', constraints: [] }],
  });
  expect(keysOf(imported)).toEqual(['good']);
  expect(imported.refused.map(({ key, path, message }) => `${key} | ${path} | ${message}`)).toEqual([
    ' | segments[0].id | expected whole number, got string',
    'twice | features[2].name | two features have this name',
    'typed | features[3].enabled | expected boolean, got string',
    'typed | features[3].strategies[0].name | expected string, got number',
    'typed | features[3].strategies[0].constraints | expected array, got object',
    ' | features[4] | expected object, got string',
    'weights | features[6].variants[0].weight | a weight is a number that is not negative',
    expect.stringMatching(/^a\/b \| features\[5\] \| key: /),
  ]);
});

test('what only code of the peer decides is never on, with a warning', () => {
  const imported = read({
    features: [
      feature('custom', {
        strategies: [{ name: 'byMoon' }, { name: 'applicationHostname', parameters: { hostNames: 'a' } }],
      }),
      feature('child', { dependencies: [{ feature: 'nowhere' }] }),
      feature('grandchild', { dependencies: [{ feature: 'child' }] }),
    ],
  });
  expect(imported.refused).toEqual([]);
  expect(imported.warnings.map(({ key, path }) => `${key} | ${path}`)).toEqual([
    'custom | features[0].strategies[0].name',
    'custom | features[0].strategies[1].name',
    'child | features[1].dependencies[0]',
    'grandchild | features[2].dependencies[0]',
  ]);
  expect(flagOf(imported, 'custom').rules?.map(({ rollout }) => rollout)).toEqual([0, 0]);
  expect(flagOf(imported, 'child').rules?.[0]).toMatchObject({ id: 'never', serve: 'off' });
});

test('refuses whoever depends on a feature that is refused', () => {
  const imported = read({
    features: [feature('child', { dependencies: [{ feature: 'parent' }] }), feature('parent', { enabled: 1 })],
  });
  expect(keysOf(imported)).toEqual([]);
  expect(imported.refused.map(({ key }) => key)).toEqual(['parent', 'child']);
});

test('a feature with variants has a flag beside it that serves their payloads', () => {
  const variants = [
    { name: 'a', weight: 500, payload: { type: 'number', value: '1' }, stickiness: 'userId' },
    { name: 'b', weight: 500, payload: { type: 'number', value: '2.5' } },
  ];
  const imported = read({ features: [feature('f', { variants, strategies: [] })] });
  expect(flagOf(imported, 'f~variant')).toMatchObject({ type: 'float', variants: { a: 1, b: 2.5 }, off: null });
  expect(flagOf(imported, 'f').default).toEqual({
    split: [
      ['on', 500, { variant: 'a', payload: '1', payloadType: 'number' }],
      ['on', 500, { variant: 'b', payload: '2.5', payloadType: 'number' }],
    ],
    by: ['userId', '$random'],
    seed: 'f',
  });
  const clash = read({ features: [feature('f', { variants }), feature('f~variant')] });
  expect(keysOf(clash)).toEqual(['f~variant']);
});

test('a payload too long for metadata is served by the flag beside it alone, with a warning', () => {
  const payload = { type: 'string', value: 'x'.repeat(1025) };
  const imported = read({ features: [feature('f', { variants: [{ name: 'a', weight: 1, payload }] })] });
  expect(flagOf(imported, 'f').rules?.[0]?.serve).toEqual({
    split: [['on', 1, { variant: 'a' }]],
    by: expect.anything(),
    seed: 'f',
  });
  expect(flagOf(imported, 'f~variant').variants.a).toBe(payload.value);
  expect(imported.warnings).toHaveLength(1);
});

test('warns where a file does not say of which environment it is', () => {
  const { flags, warnings } = read({ features: [feature('f')] }, 'unleash', 'prod');
  expect(flags).toHaveLength(1);
  expect(warnings).toEqual([{ key: '', path: '', message: expect.stringContaining('nobody looked for prod') }]);
});

test('reads what the server exports, one environment of it', () => {
  const file = {
    features: [
      { name: 'f', type: 'kill-switch', description: 'why' },
      { name: 'child', type: 'release' },
      { name: 'old', type: 'release', archived: true },
      { name: 'within', type: 'release' },
    ],
    featureStrategies: [
      {
        featureName: 'f',
        id: 'second',
        name: 'userWithId',
        parameters: { userIds: 'a,b' },
        sortOrder: 2,
        environment: 'prod',
      },
      {
        featureName: 'f',
        id: 'first',
        name: 'default',
        title: 'All',
        parameters: {},
        sortOrder: 1,
        environment: 'prod',
      },
      { featureName: 'f', id: 'gone', name: 'default', disabled: true, environment: 'prod' },
      { featureName: 'f', id: 'other', name: 'default', environment: 'dev' },
      { featureName: 'within', id: 's', name: 'default', segments: [1], environment: 'prod' },
    ],
    featureEnvironments: [
      { featureName: 'f', environment: 'prod', enabled: true, variants: [] },
      { featureName: 'f', environment: 'dev', enabled: false, variants: [] },
      { featureName: 'within', environment: 'prod', enabled: true },
    ],
    featureTags: [{ featureName: 'f', tagType: 'team', tagValue: 'shop' }],
    dependencies: [{ feature: 'child', dependencies: [{ feature: 'f', enabled: true, variants: [] }] }],
    segments: [{ id: 1, name: 'named only' }],
  };
  const imported = read(file, 'unleash', 'prod');
  expect(imported.flags).toMatchObject([
    {
      flag: { key: 'f', enabled: true, rules: [{ id: 'first', name: 'All' }, { id: 'second' }] },
      kind: 'operational',
      tags: ['team:shop'],
    },
    { flag: { key: 'child', enabled: false, requires: [{ flag: 'f', variants: ['on'] }] } },
  ]);
  expect(imported.refused).toMatchObject([{ key: 'within', path: 'features[3].strategies[0].segments[0]' }]);
  expect(read(file).refused).toMatchObject([{ key: '', path: 'featureEnvironments' }]);
  expect(read(file, 'unleash', 'moon').flags).toEqual([]);
  const odd = { ...file, featureStrategies: ['odd'], featureEnvironments: [{ featureName: 'f', enabled: 'yes' }] };
  expect(
    read(odd)
      .refused.map(({ path }) => path)
      .slice(0, 2),
  ).toEqual(['featureStrategies[0]', 'features[0].enabled']);
});

test('folds events in their order', () => {
  const imported = read({
    events: [
      { type: 'hydration', features: [feature('a'), feature('b')], segments: [] },
      { type: 'segment-updated', segment: { id: 1, constraints: [] } },
      { type: 'segment-removed', segmentId: 1 },
      { type: 'feature-updated', feature: feature('b', { enabled: false }) },
      { type: 'feature-removed', featureName: 'a' },
      { type: 'moon-rising' },
    ],
  });
  expect(imported.flags).toMatchObject([{ flag: { key: 'b', enabled: false } }]);
  expect(imported.segments).toEqual([]);
  expect(imported.refused).toMatchObject([{ path: 'events[5].type', message: 'unknown event moon-rising' }]);
});

test('what Unleash’s core does not compile is off for everyone, in the Node SDK only where it stands', () => {
  const constraints = [{ contextName: 'age', operator: 'NUM_GT', value: 'old' }];
  const file = { features: [feature('f', { strategies: [{ name: 'default', constraints }, { name: 'default' }] })] };
  expect(flagOf(read(file), 'f').rules?.map(({ id }) => id)).toEqual(['never', 's1', 's2']);
  expect(flagOf(read(file, 'unleash-node'), 'f').rules?.map(({ id }) => id)).toEqual(['s1', 's2']);
});

test('who missed an override by chance is not drawn a second time', () => {
  const variants = [{ name: 'a', weight: 1, overrides: [{ contextName: 'userId', values: ['1'] }] }];
  const drawn = { name: 'flexibleRollout', parameters: { rollout: '50', stickiness: 'random' }, variants: [] };
  const { rules } = flagOf(read({ features: [feature('f', { strategies: [drawn], variants })] }), 'f');
  const override = { attr: 'userId', op: 'IN', values: ['1'] };
  expect(rules?.map((rule) => rule.if)).toEqual([[override], [{ none: [override] }]]);
});

test('contexts come from what the file names, the same for the same seed', () => {
  const constraints = [{ contextName: 'plan', operator: 'IN', values: ['pro'] }];
  const text = JSON.stringify({ features: [feature('f', { strategies: [{ name: 'default', constraints }] })] });
  const contexts = unleash.contexts({ text }, 200, 5);
  expect(contexts).toHaveLength(200);
  expect(contexts.some(({ plan }) => plan === 'pro')).toBe(true);
  expect(contexts.some(({ plan }) => plan === undefined)).toBe(true);
  expect(unleash.contexts({ text }, 200, 5)).toEqual(contexts);
});

test('contexts pretend no time that is none', () => {
  const constraints = [{ contextName: 'currentTime', operator: 'DATE_AFTER', value: '2022-01-29T13:00:00+02:00' }];
  const text = JSON.stringify({ features: [feature('f', { strategies: [{ name: 'default', constraints }] })] });
  const times = unleash.contexts({ text }, 300, 5).flatMap(({ currentTime }) => currentTime ?? []);
  expect(times).toContain('2022-01-29T11:00:00.000Z');
  expect(times.length).toBeGreaterThan(200);
  for (const time of times) expect(new Date(String(time)).toISOString()).toBe(time);
});

test('converts to Burgee’s own terms what has no hash, and tells what is taken in another way', () => {
  const constraints = [
    { contextName: 'plan', operator: 'NOT_IN', values: ['free'] },
    { contextName: 'age', operator: 'NUM_GTE', value: '18' },
    { contextName: 'currentTime', operator: 'DATE_AFTER', value: '2026-01-01T00:00:00Z' },
  ];
  const exact = flagOf(read({ features: [feature('f', { strategies: [{ name: 'default', constraints }] })] }), 'f');
  const converted = convertUnleash(exact);
  expect(converted).toMatchObject({
    ok: true,
    flag: {
      rules: [
        {
          if: [
            { attr: 'plan', op: 'in', values: ['free'], not: true },
            { attr: 'age', op: 'number_gte', values: [18] },
            { attr: 'now', op: 'date_after', values: ['2026-01-01T00:00:00.001Z'] },
          ],
        },
      ],
    },
  });
  const moved = { name: 'flexibleRollout', parameters: { rollout: '25', stickiness: 'userId', groupId: 'g' } };
  const rollout = convertUnleash(flagOf(read({ features: [feature('f', { strategies: [moved] })] }), 'f'));
  expect(rollout).toMatchObject({ ok: true, notes: [expect.stringContaining('other users')] });
  const drawn = { name: 'gradualRolloutRandom', parameters: { percentage: '25' } };
  const chance = convertUnleash(flagOf(read({ features: [feature('F', { strategies: [drawn] })] }), 'F'));
  expect(chance).toMatchObject({
    ok: false,
    reasons: [expect.stringContaining('chance'), expect.stringContaining('key')],
  });
});
