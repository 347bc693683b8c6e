import { expect, test } from 'vitest';
import { readEventStream, type StreamEvent } from './event-stream.ts';

test('reads fields, comments and lines of data', () => {
  const text = ': hello\nevent: changed\ndata: one\ndata:two\nid: 5\n\ndata\n\n';
  expect(read([text])).toEqual({
    events: [
      { event: 'changed', data: 'one\ntwo', id: '5' },
      { event: 'message', data: '', id: '5' },
    ],
    retries: [],
  });
});

test('ignores an event without data, an unknown field and a broken retry', () => {
  expect(read(['event: x\n\nfoo: bar\nretry: soon\nretry: 1500\n\n'])).toEqual({ events: [], retries: [1500] });
});

test('gives the same events however the text is sliced and its lines are ended', () => {
  for (const ending of ['\n', '\r', '\r\n']) {
    const text = `event: a${ending}data: 1${ending}data: 2${ending}${ending}: beat${ending}${ending}data: z${ending}${ending}`;
    const whole = read([text]);
    expect(whole.events).toEqual([
      { event: 'a', data: '1\n2', id: '' },
      { event: 'message', data: 'z', id: '' },
    ]);
    for (let size = 1; size < text.length; size++) {
      const slices = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.slice(at * size, at * size + size),
      );
      expect(read(slices)).toEqual(whole);
    }
  }
});

function read(slices: string[]): { events: StreamEvent[]; retries: number[] } {
  const events: StreamEvent[] = [];
  const retries: number[] = [];
  const take = readEventStream({
    event: (event) => events.push(event),
    comment: () => {},
    retry: (retryMs) => retries.push(retryMs),
  });
  slices.forEach(take);
  return { events, retries };
}
