const a = (count: number) => 'a'.repeat(count);
const up = `${a(511)}!`;
/** As good as random. */
const mixed = Array.from({ length: 512 }, (_, i) => 'ab'[((i * i * 7919 + (i >> 3)) % 11) & 1]).join('');

export interface EvilPattern {
  readonly pattern: string;
  /** At most 512 bytes, the worst we know for it. */
  readonly subject: string;
  /** What the flag says of it: that it does not compile, or whether it matches. */
  readonly answer: 'refused' | boolean;
}

const refused = (...patterns: string[]): EvilPattern[] =>
  patterns.map((pattern) => ({ pattern, subject: up, answer: 'refused' }));
const decided = (answer: boolean, pattern: string, subject = up): EvilPattern => ({ pattern, subject, answer });

/** Patterns that stop engines which go back, or that grow a linear one's program; from CVEs, papers and our own malice. */
export const evilPatterns: readonly EvilPattern[] = [
  // what goes back takes exponential time; here it is linear
  decided(false, '^(a+)+$'),
  decided(false, '^(a*)*$'),
  decided(false, '^(a|a)*$'),
  decided(false, '^(a|aa)+$'),
  decided(false, '^(a|a?)+$'),
  decided(false, '^(.*a)*$'),
  decided(false, '^(([a-z])+.)+[A-Z]([a-z])+$'),
  decided(
    false,
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
  ),
  decided(false, '^(a?){50}a{50}$', `${a(49)}!`),
  decided(true, '^(a?){60}a{60}$', a(60)),
  decided(false, '(a+a+)+b', a(512)),
  decided(false, '(x+x+)+y', 'x'.repeat(512)),
  decided(false, '^(\\w+\\s?)*$', up),
  decided(false, '^(\\d+)*[^\\d]x$', '1'.repeat(512)),
  decided(false, '((a*)*)*b', a(512)),
  decided(false, '((((a+)+)+)+)+b', a(512)),
  decided(false, '^(((a|b)*)*)*c$', 'ab'.repeat(256)),
  decided(false, '^((ab)*|(a|b)*)*c$', 'ab'.repeat(256)),
  decided(false, '(.*)*=(.*)*;$', '='.repeat(512)),
  // what goes back takes a power of the length
  decided(false, 'a*a*a*a*a*a*a*a*b', a(512)),
  decided(false, '.*.*.*.*.*.*.*.*=x', '='.repeat(512)),
  decided(false, '^\\s+$', `${' '.repeat(511)}x`),
  decided(false, '\\s*,\\s*x', ' '.repeat(512)),
  decided(false, '(?:.*.)*x$', up),
  decided(false, '[\\s\\S]*[\\s\\S]*[\\s\\S]*[\\s\\S]*b$', up),
  decided(false, '^(?:[^"\\\\]|\\\\.)*"$', '\\a'.repeat(256)),
  decided(false, '(?i)(s|S|ſ)*t', 'ſ'.repeat(256)),
  decided(false, '(?s)(.|\\n)*x', '\n'.repeat(512)),
  decided(false, '^[a-z]+(-[a-z]+)*$', `${'a-'.repeat(255)}!`),
  decided(false, '^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.|$)){4}$', '1'.repeat(512)),
  // large, and still within the caps: the slowest of all
  decided(false, '(a{0,10}){0,10}b', a(512)),
  decided(false, '((a?){10}){10}b', a(512)),
  decided(false, '(.{0,10}){0,10}b', a(512)),
  decided(false, '((a|b|c|d)?){100}e', 'abcd'.repeat(128)),
  decided(false, '([ab]?){100}([ab]?){100}c', 'ab'.repeat(256)),
  decided(false, '(\\pL?){100}x{100}', 'é'.repeat(256)),
  decided(false, '(\\pL{0,8}){0,12}\\d', 'é'.repeat(256)),
  decided(false, '(?i)([a-zß-ÿ]?){100}!!', 'é'.repeat(256)),
  decided(false, 'a{100}a{99}b', a(512)),
  decided(false, '(a|ab|abc|abcd){50}z', 'abcd'.repeat(128)),
  decided(false, '^(a{1,100})*$', up),
  decided(false, '(((a?){4}){4}){4}((a?){40})!!', a(512)),
  decided(false, `${'(a?'.repeat(60)}${')'.repeat(60)}b`, a(512)),
  decided(false, `${'a?'.repeat(60)}${a(60)}b`, a(512)),
  decided(
    false,
    `(${Array.from({ length: 60 }, (_, i) => String.fromCodePoint(97 + (i % 26))).join('|')})*!`,
    'xyz'.repeat(170),
  ),
  decided(false, '((a{10}){10}){10}b', a(512)),
  decided(false, '(((a?){10}){10}){10}b', a(512)),
  decided(false, '(((a|b?){9}){9}){9}c', 'ab'.repeat(256)),
  // as many states as there are subsets, for engines that make them beforehand
  decided(false, '[ab]*a[ab]{99}c', mixed),
  decided(false, '(?:a|b)*a(?:a|b){20}(?:c|d){20}', mixed),
  decided(false, '\\b(?:[ab]?){90}\\b[ab]*\\B!', mixed),
  decided(false, '(?m)^(?:[ab]*a[ab]{50}){1,2}$c', mixed),
  decided(false, '(\\pL|[ab])*a(\\pL|.){60}é', mixed),
  decided(true, '(?:(?:(?:(?:(?:))*)*)*)*', a(512)),
  // a linear engine copies what is repeated
  ...refused('a{101}', 'a{0,1000}', 'a{1000}', '(a{100}){100}', '((a{20}){20}){20}', '(((((a{9}){9}){9}){9}){9}){9}'),
  ...refused(
    'a{100}b{100}c{1}',
    `${'a{100}'.repeat(40)}`,
    '(\\pL{100}){50}',
    '((a{40}){40}){40}',
    'a{2147483648}',
    'a{1,}{101}',
  ),
  // what RE2 does not have, because it can not be linear
  ...refused(
    '(a)\\1',
    '(?<=a)b',
    '(?<!a)b',
    '(?=a)b',
    '(?!a)b',
    '(?>a+)b',
    'a*+b',
    '(?P=name)',
    '(?(1)a|b)',
    '(?R)',
    '\\k<a>',
  ),
  // what is no pattern
  ...refused(
    '(',
    ')',
    '[',
    '[z-a]',
    '*a',
    'a{2,1}',
    '(?z)',
    '\\',
    '[[:nope:]]',
    '\\p{Nope}',
    '(?P<n>a)(?P<n>b)',
    a(257),
  ),
];
