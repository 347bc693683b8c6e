import { compile, type EvaluationContext, evaluate, type Flag, type Semantics } from '@burgee/evaluator';
import { flagd2 } from '@burgee/evaluator/flagd-2';
import { describe, expect, test } from 'vitest';
import { convertFlagd } from './flagd/convert.ts';
import { differencesOfFlagdJavascript } from './flagd/javascript.ts';
import { flagd } from './flagd.ts';
import { UnreadableFile } from './imported.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const on = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' };
const read = (file: unknown) => flagd.read({ text: JSON.stringify(file) });
const only = (file: unknown): Flag => {
  const { flags, refused } = read(file);
  expect(refused).toEqual([]);
  return flags[0]?.flag as Flag;
};
const decide = (flag: Flag, context: EvaluationContext, semantics: Semantics[] = [flagd2]) =>
  evaluate(
    compile({ format: 1, environment: 'e', version: '1', flags: { [flag.key]: flag }, segments: {} }, { semantics }),
    flag.key,
    context,
    NOW,
  );

describe('a file of flagd', () => {
  test('keeps a flag as it came', () => {
    const source = { ...on, targeting: { if: [{ '==': [{ var: 'plan' }, 'pro'] }, 'on'] } };
    expect(only({ flags: { banner: source } })).toEqual({
      key: 'banner',
      enabled: true,
      type: 'boolean',
      variants: { on: true, off: false },
      off: null,
      default: null,
      semantics: 'flagd-2',
      foreign: source,
    });
  });

  test('has its flags in an object or in a list, in JSON or in YAML', () => {
    const text = 'flags:\n  - key: banner\n    state: DISABLED\n    variants: { on: true, off: false }\n';
    expect(flagd.read({ text }).flags[0]?.flag).toMatchObject({ key: 'banner', enabled: false, type: 'boolean' });
    expect(
      read({
        flags: [
          { key: 'a', ...on },
          { key: 'a', ...on },
        ],
      }).refused,
    ).toEqual([{ key: 'a', path: 'flags[1].key', message: 'the file has a flag of this key already' }]);
  });

  test('tells floats by a fraction beside them or by how they are written', () => {
    const text = (values: string) => `{"flags":{"n":{"state":"ENABLED","variants":${values}}}}`;
    const typeOf = (values: string) => flagd.read({ text: text(values) }).flags[0]?.flag.type;
    expect(typeOf('{"a":1,"b":2}')).toBe('integer');
    expect(typeOf('{"a":1,"b":2.5}')).toBe('float');
    expect(typeOf('{"a":1.0,"b":2}')).toBe('float');
    expect(flagd.read({ text: 'flags: { n: { state: ENABLED, variants: { a: 1.0 } } }' }).flags[0]?.flag.type).toBe(
      'float',
    );
  });

  test('writes evaluators out, and leaves unknown ones to be errors', () => {
    const $evaluators = { staff: { ends_with: [{ var: 'email' }, '@burgee.example'] } };
    const targeting = { if: [{ $ref: 'staff' }, 'on', { $ref: 'nobody' }] };
    const flag = only({ flags: { a: { ...on, targeting } }, $evaluators });
    expect(decide(flag, { email: 'ada@burgee.example' }).variant).toBe('on');
    expect(decide(flag, {}).errorCode).toBe('PARSE_ERROR');
    const nested = {
      flags: { a: { ...on, targeting: { $ref: 'b' } } },
      $evaluators: { ...$evaluators, b: { '!': { $ref: 'staff' } } },
    };
    expect(read(nested).refused).toEqual([
      { key: 'a', path: 'flags.a', message: expect.stringContaining('the evaluator b refers to another one') },
    ]);
  });

  test('puts the metadata of a flag over those of the flag set', () => {
    const file = { flags: { a: { ...on, metadata: { team: 'shop', x: null } } }, metadata: { team: 'all', x: 1 } };
    expect(only(file).metadata).toEqual({ team: 'shop', x: 1 });
  });

  test('is refused whole where flagd would not load it', () => {
    const { flags, refused } = read({ flags: { a: on, b: { ...on, defaultVariant: 'gone' } } });
    expect(flags).toEqual([]);
    expect(refused).toEqual([
      {
        key: '',
        path: 'flags.b.defaultVariant',
        message: 'flagd loads nothing of this file: no variant is named gone',
      },
    ]);
  });

  test.each(['', '[]', '{}', 'flags: [', '{"flags": 1}', 'a: &a [*a, *a]'])('is none: %s', (text) => {
    expect(() => flagd.read({ text })).toThrow(UnreadableFile);
  });

  test('gives the same contexts for the same seed', () => {
    const text = JSON.stringify({ flags: { a: { ...on, targeting: { '>=': [{ var: 'user.age' }, 18] } } } });
    const contexts = flagd.contexts({ text }, 200, 7);
    expect(flagd.contexts({ text }, 200, 7)).toEqual(contexts);
    const ages = new Set(contexts.map(({ user }) => (user as { age?: unknown } | undefined)?.age));
    for (const age of [17, 18, 19, undefined]) expect(ages).toContain(age);
  });
});

describe('converting a flag of flagd', () => {
  const convert = (targeting: unknown, more: object = {}) =>
    convertFlagd(only({ flags: { a: { ...on, targeting, ...more } } }));

  test('makes rules of ifs, and decides as before', () => {
    const targeting = {
      if: [
        { and: [{ in: [{ var: 'country' }, ['NO', 'SE']] }, { '!': [{ '==': [{ var: 'plan' }, 'free'] }] }] },
        { if: [{ sem_ver: [{ var: 'version' }, '^', '2.1'] }, 'on', null] },
        { starts_with: [{ var: 'email' }, 'ada@'] },
        'on',
        { '<': [{ var: '$flagd.timestamp' }, 1_000_000] },
        'on',
        { '<': [{ var: 'age' }, 18] },
        'off',
        'on',
      ],
    };
    const source = only({ flags: { a: { ...on, targeting } } });
    const converted = convertFlagd(source);
    if (!converted.ok) throw new Error(converted.reasons.join());
    expect(converted.flag.rules).toHaveLength(5);
    expect(converted.flag.default).toBe('on');
    for (const country of ['NO', 'DE', undefined]) {
      for (const version of ['2.1.0', '2.0.0-rc.1', '3.0.0', '1.9.9']) {
        for (const age of [17, 18, undefined]) {
          for (const email of ['ada@burgee.example', 'eve@burgee.example']) {
            for (const plan of ['free', 'pro', undefined]) {
              const given = Object.entries({ country, version, age, email, plan }).filter(
                ([, value]) => value !== undefined,
              );
              const context = Object.fromEntries(given) as EvaluationContext;
              expect(decide(converted.flag, context).value, JSON.stringify(context)).toBe(
                decide(source, context).value,
              );
            }
          }
        }
      }
    }
  });

  test('keeps everyone in their variant where the hashed text is its own', () => {
    const by = { cat: ['seed:', { var: 'targetingKey' }] };
    const targeting = { fractional: [by, ['on', 30_000], ['off', 70_000]] };
    const source = only({ flags: { a: { ...on, targeting } } });
    const converted = convertFlagd(source);
    if (!converted.ok) throw new Error(converted.reasons.join());
    expect(converted.flag.default).toEqual({
      split: [
        ['on', 30_000],
        ['off', 70_000],
      ],
      seed: 'seed',
    });
    for (let i = 0; i < 500; i++) {
      const context = { targetingKey: `Zoë ${i}` };
      expect(decide(converted.flag, context).variant).toBe(decide(source, context).variant);
    }
  });

  test('says who moves', () => {
    const converted = convert({
      fractional: [
        ['on', 1],
        ['off', 2],
      ],
    });
    expect(converted).toMatchObject({
      ok: true,
      flag: {
        default: {
          split: [
            ['on', 33_333],
            ['off', 66_667],
          ],
        },
      },
    });
    expect(converted.ok && converted.notes.join()).toContain('everyone is put into a variant anew');
  });

  test.each([
    [{ if: [{ '==': [{ var: 'user.plan' }, 'pro'] }, 'on'] }, 'no condition for'],
    [{ if: [{ some: [{ var: 'tags' }, { '==': [{ var: '' }, 'a'] }] }, 'on'] }, 'no condition for'],
    [{ var: 'variant' }, 'the variant is computed'],
    [{ if: [true, 'gone'] }, 'gone is no variant'],
    [
      {
        fractional: [
          ['on', { var: 'share' }],
          ['off', 1],
        ],
      },
      'a weight is computed',
    ],
  ])('refuses %j', (targeting, reason) => {
    const converted = convert(targeting);
    expect(converted.ok ? '' : converted.reasons.join()).toContain(reason);
  });
});

test.each([
  [{ '>': [{ '+': [{ var: 'age' }, 1] }, 18] }, { age: 18 }, []],
  [{ '>': [{ '+': [{ var: 'age' }, 1] }, 18] }, { age: 'x' }, ['what is no number is reckoned with in another way']],
  [{ '>': [{ '*': [{ '-': [{ var: 'age' }] }, 2] }, 18] }, { age: 18 }, []],
  [{ some: [{ var: 'tags' }, true] }, { tags: ['a'] }, []],
  [{ some: [{ var: 'tags' }, true] }, { tags: 'a' }, ['what is no list is walked through in another way']],
  [{ missing: ['age'] }, { age: null }, ['an attribute that is null counts as there']],
  [{ if: [true, 'on', { $ref: 'gone' }] }, {}, ['an unknown operator fails where it is not reached, too']],
])('knows where flagd’s JavaScript evaluator may differ: %j', (targeting, context, names) => {
  expect(differencesOfFlagdJavascript(targeting, context)).toEqual(names);
});
