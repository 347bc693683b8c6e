import fc from 'fast-check';

export const KEYS = ['f1', 'f2', 'f3', 'f4', 'Fé🎉'];
export const IDS = [
  'user-1',
  'a',
  'ü-7',
  '日本',
  '😀',
  '\ud83d\ude00x',
  'Zoë Łódź',
  '42',
  'ada@example.org',
  '\u007f',
  'ẞ',
];
const TEXTS = [
  '',
  'a',
  'A',
  'b',
  'é',
  'É',
  '5',
  '5.0',
  '8',
  '10',
  '9',
  '0',
  'true',
  'null',
  ' ',
  'ab',
  'Straße',
  'a1',
  'user-1',
  '日本',
];
const VERSIONS = [
  '1.2.3',
  'v1.2.3',
  '1-2-3',
  '1.2.3-beta',
  '1.2.3-Alpha',
  '1.2.3+b5',
  '2.0.0',
  '10.0.0',
  '1.2',
  '1.2.3.4',
  '1.2.3-rc.10',
  '1.2.3-rc.9',
  '',
  'x',
];
export const NUMBERS = [0, 1, 5, 8, -1, 0.5, 10, 9, 1e21, 1e-7, 100000];
export const PATTERNS = [
  '^a',
  'b+$',
  '[a-z]\\d*',
  '(a|é)',
  '(?=a)',
  '\\d',
  'null',
  '(',
  '^\\w+@example\\.org$',
  '.*',
  '^$',
  'a/b',
  '[^\\s]',
  '(a|b)*1',
  '(?<!a)b',
  'true',
];
export const PATHS = [
  'id',
  'deviceId',
  'country',
  'age',
  'tags',
  'profile',
  'profile.level',
  'profile.tags',
  'tags.0',
  'tags.length',
  'version',
  'premium',
  'naïve',
  'missing',
];
export const GROUPS = ['g1', 'g2', 'g3', 'g4', 'g5', 'gone'];

export const scalar = fc.oneof(fc.constantFrom(...TEXTS), fc.constantFrom(...NUMBERS), fc.boolean(), fc.constant(null));
export const object = fc.constantFrom<unknown>(
  { a: 1, b: 'x' },
  { bb: 'x', a: 1 },
  {},
  { level: 5, tags: ['a', 'b'] },
  { a: [{ c: 1, b: 2 }] },
);
/** What features serve: numbers that are exact. */
export const served = fc.oneof(
  { weight: 8, arbitrary: scalar.filter((value) => value !== 1e21) },
  { weight: 2, arbitrary: object },
);
export const anything = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 4 }) },
  { weight: 1, arbitrary: object },
);
export const version = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VERSIONS) },
  { weight: 2, arbitrary: scalar },
);
