import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { eventually } from '@burgee/test/support';
import { afterEach, expect, test } from 'vitest';
import { type Cut, OpenStream, unreadBytes } from './open-stream.store.ts';

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

/** A stream over a real connection, and its reader, who takes nothing before it is told to. */
async function opened(request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n') {
  const cuts: Cut[] = [];
  const streams: OpenStream[] = [];
  const state = { isAllowed: true, hasEnded: false };
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    const options = { kind: 'ruleset' as const, isAllowed: () => state.isAllowed, onEnd: () => {} };
    const stream = new OpenStream(response, options, (cause) => cuts.push(cause));
    response.once('close', () => {
      state.hasEnded = true;
      stream.closed();
    });
    streams.push(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  reader.on('error', () => undefined);
  undos.push(() => {
    reader.destroy();
    server.closeAllConnections();
    server.close();
  });
  reader.pause();
  reader.write(request);
  const stream = await eventually(() => {
    const [first] = streams;
    if (first === undefined) throw new Error('not open yet');
    return first;
  });
  return { stream, reader, cuts, state };
}

/** Reads until `bytes` have come, then stops again. */
function read(reader: Socket, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const take = (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length < bytes) return;
      reader.pause();
      reader.off('data', take);
      resolve(Buffer.concat(parts));
    };
    reader.on('data', take);
    reader.resume();
  });
}

const heartbeat = Buffer.from(': \n\n');
const whole = Buffer.from(`data: ${'w'.repeat(12 * 1024 * 1024)}\n\n`);
const patch = Buffer.from(`data: ${'p'.repeat(20_000)}\n\n`);

test('lets a reader take its time over a whole state, and sends what came meanwhile after it', async () => {
  const { stream, reader, cuts } = await opened();
  stream.sendWhole(whole);
  stream.send(patch);
  let text = '';
  while (text.length < whole.length / 2) {
    stream.beat(heartbeat);
    text += (await read(reader, 2_000_000)).toString();
  }
  stream.send('data: last\n\n');
  expect([cuts, stream.isOpen]).toEqual([[], true]);
  stream.end();
  for await (const part of reader) text += String(part);
  const events = text.replace(/\r\n[0-9a-f]+\r\n/g, '').split('\n\n');
  expect(events.slice(-4).map((event) => [event[6], event.length])).toEqual([
    ['w', whole.length - 2],
    ['p', patch.length - 2],
    ['l', 10],
    [undefined, 2],
  ]);
});

test('cuts a reader that takes nothing of a whole state for three heartbeats', async () => {
  const { stream, cuts } = await opened();
  stream.sendWhole(whole);
  await new Promise(setImmediate); // the kernel has taken what it takes
  stream.beat(heartbeat);
  for (let beats = 0; beats < 3; beats += 1) stream.beat(heartbeat);
  expect(cuts).toEqual([]);
  stream.beat(heartbeat);
  expect(cuts).toEqual(['stalled']);
  expect(stream.isOpen).toBe(false);
});

test('cuts a reader at the limit of unread bytes', async () => {
  const { stream, cuts, state } = await opened();
  let sent = 0;
  while (stream.isOpen && sent < 64 * 1024 * 1024) {
    stream.send(patch);
    sent += patch.length;
    if (sent % (50 * patch.length) === 0) await new Promise(setImmediate);
  }
  expect(cuts).toEqual(['slow']);
  expect(sent).toBeGreaterThan(unreadBytes);
  await eventually(() => expect(state.hasEnded).toBe(true));
});

test('cuts a peer that acknowledges nothing from one heartbeat to the next, and no other', async () => {
  const { stream, reader, cuts } = await opened();
  const peer = `127.0.0.1|${reader.localPort}`;
  stream.judge(new Map([[peer, 5]]));
  stream.judge(new Map());
  stream.judge(new Map([[peer, 6]]));
  stream.judge(new Map([[peer, 2]]));
  stream.judge(new Map([['127.0.0.1|1', 9]]));
  expect(cuts).toEqual([]);
  stream.judge(new Map([[peer, 6]]));
  stream.judge(new Map([[peer, 7]]));
  expect(cuts).toEqual(['vanished']);
});

test('ends when its key is not good any more', async () => {
  const { stream, cuts, state } = await opened();
  stream.review();
  expect(stream.isOpen).toBe(true);
  state.isAllowed = false;
  stream.review();
  expect([stream.isOpen, cuts]).toEqual([false, ['revoked']]);
});

test('speaks to a reader of HTTP 1.0 without chunks', async () => {
  const { stream, reader } = await opened('GET / HTTP/1.0\r\n\r\n');
  stream.send('data: one\n\n');
  stream.sendWhole(Buffer.from(`data: ${'w'.repeat(100_000)}\n\n`));
  stream.send('data: two\n\n');
  stream.end();
  let text = '';
  for await (const part of reader) text += String(part);
  expect(text).toMatch(/\r\n\r\nretry: 1000\n\ndata: one\n\ndata: w{100000}\n\ndata: two\n\n$/);
});
