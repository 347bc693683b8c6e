import fc from 'fast-check';

type Arbitrary = fc.Arbitrary<unknown>;

const NAMES = [
  'name',
  'age',
  'email',
  'tags',
  'user',
  'user.plan',
  'items',
  'ok',
  'version',
  'tags.1',
  'tags.x',
  'nope',
];
const WORDS = [
  '',
  'a',
  'b',
  'on',
  'off',
  'true',
  'Zoë',
  '日本',
  '😀',
  '\uff9f',
  'x y',
  ' 3 ',
  '3',
  '1.0',
  '1e2',
  '0x1p4',
  '1_0',
  'inf',
  'ada@burgee.example',
];
const NUMBERS = [0, 1, 2, 3, -1, 0.5, 29, 1e21, 1e-7, 1_000_000, -2.5];
const VERSIONS = [
  '1.2.3',
  'v1.2.3',
  'V2',
  '1.2',
  '2',
  '1.2.3.4',
  '1.2.3-beta.2',
  '1.2.3-beta.11+x',
  '1.2.3-beta.x',
  '1.2.3-beta',
  '01.2.3',
  '2.0.0',
  1.2,
  3,
  1e6,
];

/** Names of all variants of the flags made here; each is its own value. */
export const VARIANTS = ['on', 'off', 'a', 'b', 'true', 'false', '0', '1', '3', 'null', 'Zoë', '1e+21', 'x y'] as const;

const word = fc.constantFrom(...WORDS);
const number = fc.constantFrom(...NUMBERS);
const scalar: Arbitrary = fc.oneof(word, number, fc.boolean(), fc.constant(null));
const arm = (logic: Arbitrary) =>
  fc.oneof(
    fc.tuple(fc.constantFrom(...VARIANTS), fc.integer({ min: 0, max: 100 })),
    fc.tuple(fc.constantFrom(...VARIANTS)),
    fc.tuple(fc.oneof(scalar, logic), fc.oneof(fc.integer({ min: -5, max: 2 ** 31 - 1 }), scalar, logic)),
    fc.tuple(fc.constantFrom('on', true, 3, null), fc.constant(7), scalar),
  );

const operator = (name: string | readonly string[], args: Arbitrary): Arbitrary =>
  fc
    .tuple(fc.constantFrom(...(typeof name === 'string' ? [name] : name)), args)
    .map(([one, values]) => ({ [one]: values }));

const variable: Arbitrary = operator(
  'var',
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...NAMES), scalar) },
    { weight: 1, arbitrary: fc.constantFrom('', '$flagd.flagKey', ['name'], [], null, 1, '.name') },
  ),
);

/** Rules that most people could have written, and rules that nobody would: every operator meets every type. */
export const rules: Arbitrary = fc.letrec<Record<string, unknown>>((tie) => {
  const logic = tie('logic');
  const list = fc.oneof(variable, fc.array(scalar, { maxLength: 3 }), tie('list'));
  const many = (min: number, max: number) => fc.array(logic, { minLength: min, maxLength: max });
  const fractional = operator(
    'fractional',
    fc.oneof(
      fc.array(arm(logic), { minLength: 1, maxLength: 4 }),
      fc
        .tuple(fc.oneof(variable, operator('cat', many(1, 3)), logic), fc.array(arm(logic), { maxLength: 4 }))
        .map(([by, arms]) => [by, ...arms]),
    ),
  );
  return {
    logic: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.oneof(scalar, variable),
      operator(['if', '?:'], many(0, 5)),
      operator(['and', 'or'], many(0, 3)),
      operator(['==', '!=', '===', '!=='], fc.oneof(many(2, 2), many(0, 3))),
      operator(['<', '<=', '>', '>='], fc.oneof(many(2, 3), many(0, 4))),
      operator(['!', '!!'], fc.oneof(logic, many(0, 2))),
      operator(
        ['+', '-', '*', '/', '%', 'min', 'max', 'abs'],
        fc.oneof(many(0, 3), fc.array(number, { minLength: 1, maxLength: 3 })),
      ),
      operator(['cat', 'substr', 'merge', 'in', 'missing'], fc.oneof(many(1, 3), logic)),
      operator('substr', fc.tuple(word, number, number)),
      operator('in', fc.tuple(logic, fc.oneof(list, word))),
      operator('missing_some', fc.tuple(number, fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }))),
      operator(['starts_with', 'ends_with'], many(2, 2)),
      operator(
        'sem_ver',
        fc.tuple(
          fc.oneof(logic, fc.constantFrom(...VERSIONS)),
          fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '^', '~', '*'),
          fc.constantFrom(...VERSIONS),
        ),
      ),
      operator(['map', 'filter', 'all', 'some', 'none'], fc.tuple(list, tie('logic'))),
      operator(
        'reduce',
        fc.tuple(
          list,
          operator(['+', 'cat', 'max', 'or'], fc.constant([{ var: 'accumulator' }, { var: 'current' }])),
          scalar,
        ),
      ),
      operator('<', fc.constantFrom([{ var: '$flagd.timestamp' }, 4e9], [4e9, { var: '$flagd.timestamp' }])),
      operator(['contains_all', 'contains_any', 'contains_none'], fc.tuple(list, list)),
      operator('set', fc.tuple(variable, word, logic)),
      fractional,
      operator(['regex', 'toString', '__proto__'], logic),
      fc.constant({ a: 1, b: { var: 'name' } }),
    ),
    list: fc.oneof(operator(['map', 'filter', 'merge'], fc.tuple(list, logic)), fc.constant([{ var: 'name' }, 1])),
  };
}).logic as Arbitrary;

const wrong = fc.oneof(scalar, fc.constantFrom([], {}, ['a', 'b'], { plan: 'a' }, { var: 'name' }));

/** Attributes that are there, missing, or of a type that nobody expects. */
export const contexts = fc.record(
  {
    targetingKey: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.oneof(
          word,
          fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.toWellFormed()),
        ),
      },
      { weight: 1, arbitrary: wrong },
    ),
    name: fc.oneof(word, wrong),
    age: fc.oneof(number, wrong),
    email: fc.oneof(word, wrong),
    tags: fc.oneof(fc.array(word, { maxLength: 3 }), wrong),
    user: fc.oneof(fc.record({ plan: word, level: number }), wrong),
    items: fc.oneof(
      fc.array(fc.record({ name: word, ok: fc.boolean(), age: number }, { requiredKeys: [] }), { maxLength: 3 }),
      wrong,
    ),
    ok: fc.oneof(fc.boolean(), wrong),
    version: fc.oneof(fc.constantFrom(...VERSIONS), wrong),
  },
  { requiredKeys: [] },
);

const usualCondition: Arbitrary = fc.letrec<Record<string, unknown>>((tie) => {
  const attribute = fc.constantFrom({ var: 'name' }, { var: 'email' }, { var: 'user.plan' }, { var: ['version'] });
  const text = fc.constantFrom('a', 'on', 'ada', '@burgee.example', 'Zoë', '3');
  return {
    condition: fc.oneof(
      { maxDepth: 3 },
      operator(
        ['==', '!=', '==='],
        fc.tuple(fc.oneof(attribute, fc.constant({ var: 'ok' })), fc.oneof(text, fc.boolean(), fc.constant(3))),
      ),
      operator(
        'in',
        fc.tuple(
          fc.oneof(attribute, fc.constant({ var: 'age' })),
          fc.array(fc.oneof(text, fc.constant(3)), { minLength: 1, maxLength: 3 }),
        ),
      ),
      operator('in', fc.tuple(text, fc.oneof(attribute, fc.constant({ var: 'tags' }), fc.constant({ var: 'age' })))),
      operator(['starts_with', 'ends_with'], fc.tuple(attribute, text)),
      operator(
        'sem_ver',
        fc.tuple(
          fc.constant({ var: 'version' }),
          fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '^', '~'),
          fc.constantFrom('1.2.3', '1.2', '2.0.0', '1.2.3-beta.2'),
        ),
      ),
      operator(['<', '<=', '>', '>='], fc.tuple(fc.constant({ var: 'age' }), fc.constantFrom(2, 18, 29))),
      operator('<', fc.tuple(fc.constant(1), fc.constant({ var: 'age' }), fc.constant(29))),
      operator(['and', 'or'], fc.array(tie('condition'), { minLength: 1, maxLength: 3 })),
      operator('!', fc.tuple(tie('condition'))),
    ),
  };
}).condition as Arbitrary;

const usualFractional: Arbitrary = operator(
  'fractional',
  fc
    .tuple(
      fc.constantFrom(
        undefined,
        { var: 'email' },
        { cat: [{ var: '$flagd.flagKey' }, { var: 'email' }] },
        { cat: ['seed ', { var: 'ok' }] },
      ),
      fc.array(
        fc.oneof(
          { weight: 40, arbitrary: fc.tuple(fc.constantFrom('on', 'off', 'a', 'b'), fc.integer({ min: 0, max: 100 })) },
          { weight: 1, arbitrary: fc.constantFrom(['on', 7, 1], ['on', null]) },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([by, arms]) => (by === undefined ? arms : [by, ...arms])),
);

/** Rules as people write them. */
export const usualRules: Arbitrary = fc.oneof(
  usualFractional,
  fc
    .tuple(
      fc.array(
        fc.tuple(usualCondition, fc.oneof(fc.constantFrom('on', 'off', 'a', true, null, 'nope'), usualFractional)),
        { minLength: 1, maxLength: 3 },
      ),
      fc.constantFrom('b', null),
    )
    .map(([clauses, last]) => ({ if: [...clauses.flat(), last] })),
);

/** Contexts as applications send them, with a wrong type here and there. */
export const usualContexts = fc.record(
  {
    targetingKey: fc.oneof(
      { weight: 20, arbitrary: fc.oneof(word, fc.uuid(), fc.constantFrom('Zoë', 'Łódź-7', '😀')) },
      { weight: 1, arbitrary: wrong },
    ),
    name: fc.oneof({ weight: 20, arbitrary: word }, { weight: 1, arbitrary: wrong }),
    age: fc.oneof({ weight: 20, arbitrary: number }, { weight: 1, arbitrary: wrong }),
    email: fc.oneof({ weight: 20, arbitrary: word }, { weight: 1, arbitrary: wrong }),
    tags: fc.oneof({ weight: 20, arbitrary: fc.array(word, { maxLength: 3 }) }, { weight: 1, arbitrary: wrong }),
    user: fc.oneof(
      { weight: 20, arbitrary: fc.record({ plan: word, level: number }) },
      { weight: 1, arbitrary: wrong },
    ),
    ok: fc.oneof({ weight: 10, arbitrary: fc.oneof(fc.boolean(), word) }, { weight: 1, arbitrary: wrong }),
    version: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...VERSIONS) }, { weight: 1, arbitrary: wrong }),
  },
  { requiredKeys: ['targetingKey', 'name', 'email', 'age', 'version'] },
);
