import { expect, test } from 'vitest';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { operatorTable, unleashOperators } from './operators.generated.ts';
import { parseFlag, parseRuleset, parseSegment } from './parse.ts';
import type { Json } from './ruleset.ts';

const good = {
  key: 'new-checkout',
  enabled: true,
  type: 'boolean',
  variants: { on: true, off: false },
  off: 'off',
  default: 'off',
};

function problemsOf(change: object): string[] {
  const parsed = parseFlag({ ...good, ...change });
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

function segmentProblemsOf(segment: object): string[] {
  const parsed = parseSegment(segment);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

function serving(serve: unknown, of: object = {}): object {
  return { ...of, default: serve };
}

function rolling(rollout: unknown): object {
  return { rules: [{ id: 'r', rollout }] };
}

const unleash = { semantics: 'unleash' };
const flagd = { semantics: 'flagd-2', default: null, foreign: {} };
const START = '2026-12-01T06:00:00Z';
const END = '2026-12-03T06:00:00Z';
const COMMON = 'rules are for semantics that follow the common type';

function asking(condition: unknown): object {
  return { rules: [{ id: 'r', if: [condition] }] };
}

function deep(levels: number): Json {
  return levels === 0 ? [] : [{ any: deep(levels - 1) }];
}

test('takes a plain flag', () => expect(parseFlag(good)).toEqual({ ok: true, flag: good }));

test.each<[string, object, string[]]>([
  ['an empty key', { key: '' }, ['key: key must be 1 to 128 characters']],
  ['a long key', { key: 'a'.repeat(129) }, ['key: key must be 1 to 128 characters']],
  ['a key of 65 two-byte letters', { key: 'é'.repeat(65) }, ['key: key must be 1 to 128 characters']],
  ['upper case', { key: 'New' }, ['key: key may contain a-z 0-9 . _ -']],
  ['a zero-width space', { key: 'a\u200bb' }, ['key: key may contain a-z 0-9 . _ -']],
  ['a Cyrillic look-alike', { key: 'а' }, ['key: key may contain a-z 0-9 . _ -']],
  ['a reserved key', { key: 'toString' }, ['key: reserved key']],
  ['a key that is a path', { key: '..' }, ['key: reserved key']],
  ['an unknown field', { colour: 1 }, ['colour: unknown field']],
  ['a field in other case', { clientvisible: true }, ['clientvisible: unknown field; did you mean clientVisible']],
  ['an unknown type', { type: 'text' }, ['type: expected one of boolean, string, integer, float, object']],
  ['one variant', { variants: { off: false } }, ['variants: 2 to 100 variants']],
  ['a value of another type', { variants: { on: 'true', off: false } }, ['variants.on: expected boolean, got string']],
  ['a fraction', { type: 'integer', variants: { on: 1.5, off: 0 } }, ['variants.on: expected integer, got number']],
  [
    'a large integer',
    { type: 'integer', variants: { on: 2 ** 53, off: 0 } },
    ['variants.on: number too large to be exact'],
  ],
  [
    'a large value',
    { type: 'string', variants: { on: 'x'.repeat(65_535), off: '' } },
    ['variants.on: at most 65,536 bytes and 32 levels'],
  ],
  ['an off variant that is not there', { off: 'gone' }, ['off: no variant named gone']],
  ['a default that is not there', { default: 'gone' }, ['default: no variant named gone']],
  ['weights', { default: { split: [['on', 99_999]] } }, ['default.split: weights are in 1/1000 % and sum to 100,000']],
  [
    'a weight with a fraction',
    {
      default: {
        split: [
          ['on', 0.5],
          ['off', 99_999.5],
        ],
      },
    },
    [
      'default.split[0][1]: weights are in 1/1000 % and sum to 100,000',
      'default.split[1][1]: weights are in 1/1000 % and sum to 100,000',
    ],
  ],
  ['two rules of one id', { rules: [{ id: 'a' }, { id: 'a' }] }, ['rules[1].id: two rules have this id']],
  ['201 rules', { rules: Array.from({ length: 201 }, (_, i) => ({ id: `r${i}` })) }, ['rules: at most 200 rules']],
  [
    'four decimals',
    { rules: [{ id: 'r', rollout: 12.3456 }] },
    ['rules[0].rollout: a percentage is 0 to 100 with at most 3 decimals'],
  ],
  [
    'end before start',
    { rules: [{ id: 'r', rollout: { from: 0, to: 1, start: '2026-12-01T06:00:00Z', end: '2026-12-01T05:00:00Z' } }] },
    ['rules[0].rollout.end: the end must come after the start'],
  ],
  [
    'a rule that does not serve',
    { type: 'string', variants: { on: 'a', off: 'b' }, rules: [{ id: 'r' }] },
    ['rules[0].serve: is missing: only a boolean flag may leave it out'],
  ],
  [
    'a date without zone',
    asking({ attr: 'a', op: 'date_after', values: ['2026-12-01T06:00:00'] }),
    ['rules[0].if[0].values[0]: not an RFC 3339 date with a zone'],
  ],
  [
    'a short version',
    asking({ attr: 'a', op: 'semver_gt', values: ['1.2'] }),
    ['rules[0].if[0].values[0]: not a semantic version such as 1.2.3'],
  ],
  [
    'a version that is a number',
    asking({ attr: 'a', op: 'semver_gt', values: [1] }),
    ['rules[0].if[0].values[0]: operator semver_gt wants a version such as 1.2.3'],
  ],
  [
    'a long pattern',
    asking({ attr: 'a', op: 'matches', values: ['a'.repeat(257)] }),
    ['rules[0].if[0].values[0]: at most 256 bytes'],
  ],
  [
    '10,001 values',
    asking({ attr: 'a', op: 'in', values: new Array(10_001).fill('x') }),
    ['rules[0].if[0].values: in takes 1 to 10,000 values'],
  ],
  [
    'mixed values',
    asking({ attr: 'a', op: 'in', values: ['1', 1] }),
    ['rules[0].if[0].values: all strings, all numbers or all booleans'],
  ],
  [
    'depth 11',
    { rules: [{ id: 'r', if: deep(11) }] },
    [`rules[0].if${'[0].any'.repeat(9)}[0]: conditions nest at most 10 deep`],
  ],
  [
    'a condition of two kinds',
    asking({ attr: 'a', op: 'exists', segment: 's' }),
    ['rules[0].if[0]: expected one of attr, segment, all, any, none'],
  ],
  [
    'else in a rule',
    { rules: [{ id: 'r', requires: [{ flag: 'a', variants: ['on'], else: null }] }] },
    ['rules[0].requires[0].else: else counts only for the requirements of the whole flag'],
  ],
  [
    'else that is not there',
    { requires: [{ flag: 'a', variants: ['on'], else: 'gone' }] },
    ['requires[0].else: no variant named gone'],
  ],
  [
    'a required key with a slash',
    { requires: [{ flag: 'a/b', variants: ['\n'] }] },
    [
      'requires[0].flag: key may not contain / or control characters',
      'requires[0].variants[0]: variant name may not contain / or control characters',
    ],
  ],
  ['a literal of another type', serving({ value: 'on' }), ['default.value: expected boolean, got string']],
  ['a literal null', serving({ value: null }), ['default.value: expected boolean, got null']],
  ['a literal beside a split', serving({ value: true, split: 1 }), ['default.split: unknown field']],
  [
    'a large literal',
    serving({ value: 'x'.repeat(65_535) }, { type: 'string', variants: { on: '', off: '' } }),
    ['default.value: at most 65,536 bytes and 32 levels'],
  ],
  ['a default of another type', serving(7), ['default: expected variant, null, value or split, got number']],
  [
    "an arm's metadata",
    serving({ split: [['on', 100_000, { a: [] }]] }),
    ['default.split[0][2].a: expected string, number or boolean, got array'],
  ],
  [
    'an arm of four',
    serving({ split: [['on', 100_000, {}, 1]] }),
    ['default.split[0]: expected [variant, weight] or [variant, weight, metadata]'],
  ],
  ['no attribute to hash', serving({ split: [['on', 100_000]], by: [] }), ['default.by: 1 to 5 attributes']],
  [
    'an attribute without name',
    serving({ split: [['on', 100_000]], by: ['a', ''], seed: '' }),
    ['default.by[1]: must be 1 to 256 bytes', 'default.seed: must be 1 to 256 bytes'],
  ],
  [
    'a rollout by six',
    rolling({ percent: 101, by: [...'abcdef'], seed: '\n' }),
    [
      'rules[0].rollout.percent: a percentage is 0 to 100 with at most 3 decimals',
      'rules[0].rollout.by: 1 to 5 attributes',
      'rules[0].rollout.seed: control characters are refused',
    ],
  ],
  ['a ramp with a percentage', rolling({ percent: 5, from: 1 }), ['rules[0].rollout.from: unknown field']],
  [
    'a ramp by nothing',
    rolling({ from: 0, to: 1, start: START, end: END, by: 'id' }),
    ['rules[0].rollout.by: expected array, got string'],
  ],
  [
    'numbers whatever their case',
    asking({ attr: 'a', op: 'in', values: [1], ignoreCase: true }),
    ['rules[0].if[0].ignoreCase: ignoreCase is for texts'],
  ],
  [
    'patterns whatever their case',
    asking({ attr: 'a', op: 'matches', values: ['a'], ignoreCase: false }),
    ['rules[0].if[0].ignoreCase: ignoreCase is for texts'],
  ],
  [
    'a case that is no truth',
    asking({ attr: 'a', op: 'contains', values: ['a'], ignoreCase: 1 }),
    ['rules[0].if[0].ignoreCase: expected boolean, got number'],
  ],
  [
    'a network that is a number',
    asking({ attr: 'a', op: 'in_cidr', values: [1] }),
    ['rules[0].if[0].values[0]: operator in_cidr wants a network such as 10.0.0.0/8'],
  ],
  [
    'a bad network',
    asking({ attr: 'a', op: 'in_cidr', values: ['10.0.0.0/33'] }),
    ['rules[0].if[0].values[0]: not a network such as 10.0.0.0/8'],
  ],
  [
    '1,001 items',
    asking({ attr: 'a', op: 'has_any', values: new Array(1001).fill('x') }),
    ['rules[0].if[0].values: has_any takes 1 to 1,000 values'],
  ],
  [
    'unknown semantics',
    { semantics: 'unleash-2' },
    [
      'semantics: unknown semantics; known: burgee-1, unleash, unleash-node, growthbook-1, growthbook-2, flagd-1, flagd-2, flagd-3',
    ],
  ],
  [
    'something foreign in a flag of our own',
    { foreign: {} },
    ['foreign: foreign is for growthbook and flagd semantics'],
  ],
  [
    'something foreign in a flag of Unleash',
    { ...unleash, foreign: {} },
    ['foreign: foreign is for growthbook and flagd semantics'],
  ],
  [
    'an operator that Unleash does not know',
    { ...unleash, ...asking({ attr: 'a', op: 'in', values: [] }) },
    [`rules[0].if[0].op: unknown operator; known: ${Object.keys(unleashOperators).join(', ')}`],
  ],
  [
    'a number for Unleash',
    { ...unleash, ...asking({ attr: 'a', op: 'NUM_EQ', values: [1] }) },
    ['rules[0].if[0].values[0]: operator NUM_EQ wants a string'],
  ],
  [
    'a long pattern for Unleash',
    { ...unleash, ...asking({ attr: 'a', op: 'REGEX', values: ['a'.repeat(257)] }) },
    ['rules[0].if[0].values[0]: at most 256 bytes'],
  ],
  [
    'a weight below 0',
    {
      ...unleash,
      ...serving({
        split: [
          ['on', -1],
          ['on', 1.5],
        ],
      }),
    },
    ['default.split[0][1]: weights are numbers of 0 or more'],
  ],
  ['no variants at all', { ...unleash, variants: {}, off: null, default: null }, ['variants: 1 to 100 variants']],
  ['a key with a slash, imported', { ...unleash, key: 'a/b' }, ['key: key may not contain / or control characters']],
  ['a reserved key, imported', { ...unleash, key: 'toString' }, ['key: reserved key']],
  ['a foreign flag with rules', { ...flagd, rules: 1, requires: [] }, [`requires: ${COMMON}`, `rules: ${COMMON}`]],
  [
    'a foreign flag without its definition',
    { semantics: 'growthbook-1' },
    ['default: expected null, got string', 'foreign: is missing'],
  ],
])('refuses %s', (_, change, expected) => expect(problemsOf(change)).toEqual(expected));

test.each<[string, object]>([
  [
    'else',
    {
      requires: [
        { flag: 'Über flag', variants: ['An'], else: null },
        { flag: 'b', variants: ['on'], else: 'off' },
      ],
    },
  ],
  ['literals', serving({ value: true })],
  [
    "arms' metadata and hashes",
    serving({ split: [['on', 100_000, { payload: 'x' }]], by: ['accountId'], seed: 'group' }),
  ],
  ['rollouts by', rolling({ percent: 5, by: ['accountId', 'targetingKey'] })],
  ['ramps by', rolling({ from: 0, to: 5, start: START, end: END, seed: 'x' })],
  ['texts whatever their case', asking({ attr: 'a', op: 'has_all', values: ['a'], ignoreCase: true })],
  ['networks', asking({ attr: 'a', op: 'in_cidr', values: ['10.0.0.0/8', '::1', '::ffff:1.2.3.4/128'] })],
  [
    'flags of Unleash',
    {
      ...unleash,
      key: 'My flag',
      variants: { On: true },
      off: null,
      ...serving({
        split: [
          ['On', 1.5],
          ['On', 0],
        ],
      }),
      rules: [
        {
          id: 'r',
          if: [{ attr: 'now', op: 'STR_CONTAINS', ignoreCase: true }],
          rollout: { percent: 5, by: ['$random'] },
          serve: 'On',
        },
      ],
    },
  ],
  ['foreign flags', { ...flagd, type: 'object', variants: { 'a.B c': 1, d: [] }, off: null }],
])('takes %s', (_, change) => expect(problemsOf(change)).toEqual([]));

test('names all fields that are missing', () => {
  const parsed = parseFlag({});
  expect(!parsed.ok && parsed.problems.map(({ path, message }) => `${path} ${message}`)).toEqual(
    ['key', 'enabled', 'type', 'variants', 'off', 'default'].map((field) => `${field} is missing`),
  );
});

test('names the known operators', () => {
  expect(problemsOf(asking({ attr: 'a', op: 'matchesish', values: [''] }))[0]).toMatch(
    /^rules\[0\]\.if\[0\]\.op: unknown operator; known: contains, date_after, .*, starts_with$/,
  );
});

test('ends for cycles and for what shares its parts', () => {
  const cycle: Record<string, unknown> = { ...good };
  cycle.metadata = { cycle };
  expect(parseFlag(cycle).ok).toBe(false);
  let doubled: unknown[] = [];
  for (let i = 0; i < 60; i++) doubled = [doubled, doubled];
  expect(parseFlag({ ...good, metadata: doubled }).ok).toBe(false);
});

test.each([undefined, null, 7, 'x', [], () => 1])('refuses %o as flag, segment and ruleset', (input) => {
  expect([parseFlag(input).ok, parseSegment(input).ok, parseRuleset(input).ok]).toEqual([false, false, false]);
});

test('reads segments, which may name segments', () => {
  const unleash = { key: 's', semantics: 'unleash', if: [{ attr: 'a', op: 'IN', values: [] }] };
  expect(parseSegment({ key: 's', if: [{ any: [{ segment: 'other' }] }] }).ok).toBe(true);
  expect(parseSegment(unleash).ok).toBe(true);
  expect(segmentProblemsOf({ ...unleash, semantics: 'unleash-node', include: ['a', ''] })).toEqual([
    'include[1]: a targeting key has 1 to 1,024 bytes',
  ]);
  expect(segmentProblemsOf({ ...unleash, semantics: 'flagd-2' })).toEqual([
    'semantics: unknown semantics; known: burgee-1, unleash, unleash-node',
    `if[0].op: unknown operator; known: ${Object.keys(operatorTable).join(', ')}`,
  ]);
});

test('refuses what is no ruleset', () => {
  expect(parseRuleset({ format: 2, environment: 1, flags: [] })).toEqual({
    ok: false,
    problems: [
      { path: 'format', message: 'unknown format; known: 1' },
      { path: 'environment', message: 'expected string, got number' },
      { path: 'version', message: 'is missing' },
      { path: 'flags', message: 'expected object, got array' },
      { path: 'segments', message: 'is missing' },
    ],
  });
});

test('takes no faults from the wire', () => {
  const wire = {
    format: 1,
    environment: 'e',
    version: 'v',
    flags: { 'new-checkout': good },
    segments: {},
    faults: { flags: { 'new-checkout': [{}] } },
  };
  const parsed = parseRuleset(wire);
  expect(parsed.ok && evaluate(compile(parsed.ruleset), 'new-checkout', {}, 0).value).toBe(false);
});
