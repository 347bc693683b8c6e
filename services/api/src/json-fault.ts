/**
 * Finds where a text stops being JSON; V8 does not always say. Looks at every character once, whatever the text is.
 *
 * @returns  place of the first character that cannot stand there; the length of the text when it only ends too early
 */
export function jsonFaultAt(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  let place = afterBlanks(text, 0);
  while (place < text.length) {
    const next = step(expected, kindOf(text[place] ?? ''), open);
    if (next === undefined) return place;
    const end = tokenEnd(text, place);
    if (end < 0) return placeOfFault(end);
    expected = next;
    place = afterBlanks(text, end);
  }
  return text.length;
}

type Kind = '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'scalar' | 'none';
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

function kindOf(first: string): Kind {
  if (first === '"') return 'string';
  if (first === '-' || isDigit(first) || words.has(first)) return 'scalar';
  return '{}[],:'.includes(first) ? (first as Kind) : 'none';
}

/** What may follow; undefined: this must not stand here. */
function step(expected: Expected, kind: Kind, open: string[]): Expected | undefined {
  const isEnd = (kind === '}' || kind === ']') && open.at(-1) === kind;
  if (isEnd && (expected === 'comma or end' || expected === 'value or end' || expected === 'key or end')) {
    open.pop();
    return open.length === 0 ? 'nothing' : 'comma or end';
  }
  switch (expected) {
    case 'value':
    case 'value or end':
      return afterValue(kind, open);
    case 'key':
    case 'key or end':
      return kind === 'string' ? 'colon' : undefined;
    case 'colon':
      return kind === ':' ? 'value' : undefined;
    case 'comma or end':
      if (kind !== ',') return undefined;
      return open.at(-1) === '}' ? 'key' : 'value';
    default:
      return undefined;
  }
}

function afterValue(kind: Kind, open: string[]): Expected | undefined {
  if (kind === '{' || kind === '[') {
    open.push(kind === '{' ? '}' : ']');
    return kind === '{' ? 'key or end' : 'value or end';
  }
  if (kind !== 'string' && kind !== 'scalar') return undefined;
  return open.length === 0 ? 'nothing' : 'comma or end';
}

/** Where the token that begins at `place` is over, or {@link fault}. */
function tokenEnd(text: string, place: number): number {
  const first = text[place] ?? '';
  const word = words.get(first);
  if (word !== undefined) return wordEnd(text, place, word);
  if (first === '"') return stringEnd(text, place + 1);
  return first === '-' || isDigit(first) ? numberEnd(text, place) : place + 1;
}

const words: ReadonlyMap<string, string> = new Map([
  ['t', 'true'],
  ['f', 'false'],
  ['n', 'null'],
]);

/** A place at which a token goes wrong, told apart from its end by being negative. */
const fault = (place: number) => -1 - place;
const placeOfFault = (end: number) => -1 - end;

function wordEnd(text: string, place: number, word: string): number {
  for (let at = 1; at < word.length; at += 1) if (text[place + at] !== word[at]) return fault(place + at);
  return place + word.length;
}

function stringEnd(text: string, start: number): number {
  for (let place = start; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code === quote) return place + 1;
    if (code < 0x20) return fault(place);
    if (code !== backslash) continue;
    place += 1;
    if (text[place] === 'u') {
      for (let digits = 4; digits > 0; digits -= 1) {
        place += 1;
        if (!isHexadecimal(text[place])) return fault(place);
      }
    } else if (!escapable.has(text[place] ?? '')) return fault(place);
  }
  return fault(text.length);
}

const quote = 0x22;
const backslash = 0x5c;
const escapable: ReadonlySet<string> = new Set('"\\/bfnrt');

function numberEnd(text: string, start: number): number {
  let place = text[start] === '-' ? start + 1 : start;
  if (!isDigit(text[place])) return fault(place);
  place = text[place] === '0' ? place + 1 : afterDigits(text, place);
  if (text[place] === '.') {
    if (!isDigit(text[place + 1])) return fault(place + 1);
    place = afterDigits(text, place + 1);
  }
  if (text[place] === 'e' || text[place] === 'E') {
    place += text[place + 1] === '+' || text[place + 1] === '-' ? 2 : 1;
    if (!isDigit(text[place])) return fault(place);
    place = afterDigits(text, place);
  }
  return place;
}

function afterDigits(text: string, start: number): number {
  let place = start;
  while (isDigit(text[place])) place += 1;
  return place;
}

function afterBlanks(text: string, start: number): number {
  let place = start;
  while (text[place] === ' ' || text[place] === '\n' || text[place] === '\r' || text[place] === '\t') place += 1;
  return place;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isHexadecimal(character: string | undefined): boolean {
  return character !== undefined && /^[0-9a-fA-F]$/.test(character);
}
