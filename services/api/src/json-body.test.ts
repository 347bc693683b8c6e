import { expect, test } from 'vitest';
import { parseJsonBody } from './json-body.ts';

const sentence = (body: Buffer | string, encoding?: string) => {
  try {
    return parseJsonBody(Buffer.from(body), encoding);
  } catch (error) {
    return (error as Error).message;
  }
};

test.each(['', ' ', '\r\n\t '])('takes %j for no body', (text) => {
  expect(sentence(text)).toBeUndefined();
});

test.each([
  ['{"context":{"targetingKey":"ki', 'body is not JSON: unexpected end at byte 30'],
  ['{"café": nil}', 'body is not JSON: unexpected character at byte 11'],
  ['\uFEFF{}', 'body is not JSON: a byte order mark at byte 0'],
  ['\uFEFF', 'body is not JSON: a byte order mark at byte 0'],
])('tells where %j is wrong', (text, message) => {
  expect(sentence(text)).toBe(message);
});

const start = Buffer.from('{"a":"é€😀');
test.each([
  ['a byte that never stands in UTF-8', [0xff], 0],
  ['a stray continuation', [0x80], 0],
  ['an overlong slash', [0xc0, 0xaf], 0],
  ['half a surrogate pair', [0xed, 0xa0, 0x80], 0],
  ['a cut character', [0xe2, 0x82], 0],
  ['a cut character after a whole one', [0xc3, 0xa9, 0xf0, 0x9f, 0x98], 2],
  ['latin text', Buffer.from('Ole Müller', 'latin1'), 5],
])('tells the byte of %s', (_name, bytes, further) => {
  for (const rest of ['', '"}', ' and much more text behind it'.repeat(9)]) {
    const body = Buffer.concat([start, Buffer.from(bytes), Buffer.from(rest)]);
    expect(sentence(body)).toBe(`body is not JSON: it is not UTF-8 from byte ${start.length + further} on`);
  }
});

test('takes no compressed body', () => {
  expect(sentence('{}', 'gzip')).toContain('without Content-Encoding');
  expect(sentence('{}', 'Identity')).toEqual({});
});
