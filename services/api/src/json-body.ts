import { isUtf8 } from 'node:buffer';
import { BurgeeError } from './errors.ts';
import { jsonFaultAt } from './json-fault.ts';

/**
 * Reads a JSON body; an empty one is no body, because OpenFeature's clients often send none.
 *
 * @throws PARSE_ERROR with the byte at which it stops being JSON, UNSUPPORTED_MEDIA_TYPE for a compressed body
 */
export function parseJsonBody(body: Buffer, encoding: string | undefined): unknown {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new BurgeeError(
      'UNSUPPORTED_MEDIA_TYPE',
      'the body must not be compressed: send it without Content-Encoding',
    );
  }
  if (!isUtf8(body)) {
    throw new BurgeeError('PARSE_ERROR', `body is not JSON: it is not UTF-8 from byte ${validBytes(body)} on`);
  }
  const text = body.toString();
  if (isBlank(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BurgeeError('PARSE_ERROR', `body is not JSON: ${placeOf(text)}`, { cause: error });
  }
}

function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** People count bytes on the wire. */
function placeOf(text: string): string {
  if (text.startsWith('\uFEFF')) return 'a byte order mark at byte 0';
  const place = jsonFaultAt(text);
  const what = place === text.length ? 'end' : 'character';
  return `unexpected ${what} at byte ${Buffer.byteLength(text.slice(0, place))}`;
}

/** How many bytes at the start are whole characters of UTF-8. */
function validBytes(body: Buffer): number {
  let [good, bad] = [0, body.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(body.subarray(0, wholeCharacters(body, middle)))) good = middle;
    else bad = middle;
  }
  return wholeCharacters(body, good);
}

/** Steps back over the beginning of a character that `end` cuts. */
function wholeCharacters(body: Buffer, end: number): number {
  for (let start = end - 1; start >= 0 && start >= end - 3; start -= 1) {
    const byte = body[start] ?? 0;
    if (byte < 0x80) return end;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return start + length > end ? start : end;
  }
  return end;
}
