/**
 * Finds where a text stops being JSON; V8 does not always say.
 *
 * @returns  place of the first character that cannot stand there; the length of the text when it only ends too early
 */
export function jsonFaultAt(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let place = 0;
  while (place < text.length) {
    const [whole, token = ''] = matchAt(text, place);
    if (token === '' && place + whole.length >= text.length) break;
    const next = step(expected, kindOf(token), open);
    if (next === undefined) return place + whole.length - token.length;
    expected = next;
    place += whole.length;
  }
  return text.length;
}

type Kind = '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'scalar' | 'none';
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

// \p{Cc} is what JSON's strings must not hold, and a few characters more that they may
const token =
  /[ \t\r\n]*([{}[\],:]|"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*(?:"|$)|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)?/uy;

function matchAt(text: string, place: number): RegExpExecArray {
  token.lastIndex = place;
  return token.exec(text) ?? (['', ''] as unknown as RegExpExecArray);
}

function kindOf(text: string): Kind {
  if (text === '') return 'none';
  if (text.startsWith('"')) return 'string';
  return '{}[],:'.includes(text) ? (text as Kind) : 'scalar';
}

/** What may follow; undefined: this must not stand here. */
function step(expected: Expected, kind: Kind, open: ('{' | '[')[]): Expected | undefined {
  const isEnd = (kind === '}' && open.at(-1) === '{') || (kind === ']' && open.at(-1) === '[');
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
      return open.at(-1) === '{' ? 'key' : 'value';
    default:
      return undefined;
  }
}

function afterValue(kind: Kind, open: ('{' | '[')[]): Expected | undefined {
  if (kind === '{' || kind === '[') {
    open.push(kind);
    return kind === '{' ? 'key or end' : 'value or end';
  }
  if (kind !== 'string' && kind !== 'scalar') return undefined;
  return open.length === 0 ? 'nothing' : 'comma or end';
}
