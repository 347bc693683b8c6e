import { Refused } from './refused.ts';

/** A JavaScript pattern as a tree; captures do not matter for a yes or no. */
export type Pattern =
  | { readonly kind: 'atom'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly body: Pattern; readonly least: number; readonly most: number }
  | { readonly kind: 'edge'; readonly edge: 'start' | 'end' | 'word' | 'notWord' }
  | { readonly kind: 'look'; readonly body: Pattern; readonly ahead: boolean; readonly negative: boolean };

/**
 * Reads a pattern that `new RegExp` took, as it is meant without the flags `u` and `v`: by UTF-16 units, with Annex B.
 * Throws `Refused` for back-references, which no automaton knows, and inline modifiers.
 */
export function parsePattern(source: string): Pattern {
  const reader = { source, at: 0, groups: countGroups(source), hasNames: /\(\?<[^=!]/.test(source) };
  return readChoice(reader);
}

interface Reader {
  readonly source: string;
  at: number;
  /** Capturing groups of the whole pattern: `\3` is a back-reference only where there are three. */
  readonly groups: number;
  readonly hasNames: boolean;
}

const CLASS = /\[(?:\\[\s\S]|[^\]\\])*\]/y;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y;
const OPENING = /\((?:\?(?::|<?[=!]|<[^>]*>))?/y;
const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|[0-3][0-7]{0,2}|[4-7][0-7]?|[\s\S])/y;

function countGroups(source: string): number {
  const rest = source.replace(/\\[\s\S]/g, '').replace(/\[[^\]]*\]/g, '');
  return (rest.match(/\((?!\?)|\(\?<[^=!]/g) ?? []).length;
}

function readChoice(reader: Reader): Pattern {
  const parts = [readSequence(reader)];
  while (reader.source[reader.at] === '|') {
    reader.at++;
    parts.push(readSequence(reader));
  }
  return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'choice', parts };
}

function readSequence(reader: Reader): Pattern {
  const parts: Pattern[] = [];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at] as string)) {
    parts.push(readRepeated(readTerm(reader), reader));
  }
  return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'sequence', parts };
}

function readRepeated(body: Pattern, reader: Reader): Pattern {
  const found = take(QUANTIFIER, reader);
  if (found === undefined) return body;
  const [text, from, comma, to] = found;
  if (from === undefined) {
    return {
      kind: 'repeat',
      body,
      least: text[0] === '+' ? 1 : 0,
      most: text[0] === '?' ? 1 : Number.POSITIVE_INFINITY,
    };
  }
  const most = comma === undefined ? Number(from) : to === '' ? Number.POSITIVE_INFINITY : Number(to);
  return { kind: 'repeat', body, least: Number(from), most };
}

function readTerm(reader: Reader): Pattern {
  const character = reader.source[reader.at] as string;
  if (character === '(') return readGroup(reader);
  if (character === '\\') return readEscape(reader);
  if (character === '[') return { kind: 'atom', source: take(CLASS, reader)?.[0] ?? '[]' };
  reader.at++;
  if (character === '^') return { kind: 'edge', edge: 'start' };
  if (character === '$') return { kind: 'edge', edge: 'end' };
  return { kind: 'atom', source: character };
}

function readGroup(reader: Reader): Pattern {
  const opening = take(OPENING, reader)?.[0] ?? '(';
  if (reader.source[reader.at] === '?' && opening === '(') throw new Refused('inline modifiers are refused');
  const body = readChoice(reader);
  reader.at++;
  if (!/[=!]$/.test(opening)) return body;
  return { kind: 'look', body, ahead: !opening.includes('<'), negative: opening.endsWith('!') };
}

function readEscape(reader: Reader): Pattern {
  const digits = /^[1-9]\d*/.exec(reader.source.slice(reader.at + 1))?.[0];
  const isNamed = reader.hasNames && reader.source[reader.at + 1] === 'k';
  if (isNamed || (digits !== undefined && Number(digits) <= reader.groups)) {
    throw new Refused('back-references are refused');
  }
  const source = take(ESCAPE, reader)?.[0] ?? '\\\\';
  if (source === '\\b') return { kind: 'edge', edge: 'word' };
  if (source === '\\B') return { kind: 'edge', edge: 'notWord' };
  if (source !== '\\c') return { kind: 'atom', source };
  // `\c` without a letter is a backslash, and the c stands for itself
  reader.at--;
  return { kind: 'atom', source: '\\\\' };
}

function take(what: RegExp, reader: Reader): RegExpExecArray | undefined {
  what.lastIndex = reader.at;
  const found = what.exec(reader.source) ?? undefined;
  if (found !== undefined) reader.at = what.lastIndex;
  return found;
}
