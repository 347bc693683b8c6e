import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { describeSource, type SourceWorld } from '../testing/describe-source.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { beginStream, sendEvent, sendJson, startWireServer, streaming } from '../testing/wire-server.ts';
import { fileCache } from './file.ts';
import { pollSource } from './poll.ts';
import type { HttpRequest, Report } from './source.ts';
import { staticSource } from './static.ts';
import { keep, readKept } from './storage.ts';
import { streamSource } from './stream.ts';

const said = { version: '1.a', flags: {} };
const data = JSON.stringify(said);
const often = { pollIntervalMs: 30_000, random: () => 0.5 };
const get = (url: string): HttpRequest => ({ url: `${url}/v1/ruleset`, method: 'GET', headers: {} });

describeSource('stream', async () => {
  const wire = await startWireServer(streaming('decisions', said));
  const source = streamSource({ request: () => get(wire.url), fetch, clock: new FakeClock() });
  const spoil = () => {
    wire.answer = (_, response) => response.writeHead(500).end();
  };
  return { source, event: 'decisions', data, spoil, [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose]() };
});

describeSource('poll', async () => {
  const wire = await startWireServer((_, response) => sendJson(response, said));
  const source = pollSource({
    request: () => get(wire.url),
    fetch,
    clock: new FakeClock(),
    event: 'decisions',
    ...often,
  });
  const spoil = () => {
    wire.answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  };
  return { source, event: 'decisions', data, spoil, [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose]() };
});

const seal = { url: 'https://flags.example.com', key: 'bgy_server_x' };

describeSource('file', async (): Promise<SourceWorld> => {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-'));
  const path = join(folder, 'flags.json');
  const source = fileCache(path, 'ruleset', seal);
  await source.save(data);
  const spoil = () => writeFileSync(path, readFileSync(path, 'utf8').replace('1.a', '2.a'));
  const remove = async () => rmSync(folder, { recursive: true });
  return { source, event: 'ruleset', data, spoil, [Symbol.asyncDispose]: remove };
});

describeSource('static', async () => {
  return { source: staticSource('decisions', data), event: 'decisions', data, [Symbol.asyncDispose]: async () => {} };
});

test('keeps for each identity its own entry in the storage', () => {
  const kept = new Map<string, string>();
  keep(storageOf(kept), 'url key ada', data);
  expect(readKept(storageOf(kept), 'url key ada')).toBe(data);
  expect(readKept(storageOf(kept), 'url key bob')).toBe('');
});

test('believes no entry of the storage that was changed, or is of another identity', () => {
  const kept = new Map<string, string>();
  keep(storageOf(kept), 'url key ada', data);
  const [[name, entry] = ['', '']] = kept;
  kept.set(name, entry.replace('1.a', '2.a'));
  expect(() => readKept(storageOf(kept), 'url key ada')).toThrow('wrong checksum');
  keep(storageOf(kept), 'url key bob', data);
  kept.set(name, [...kept.values()].at(-1) ?? '');
  expect(() => readKept(storageOf(kept), 'url key ada')).toThrow('wrong checksum');
});

test('asks with the ETag of the last answer to the same question', async () => {
  const clock = new FakeClock();
  await using wire = await startWireServer(({ headers }, response) => {
    if (headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else sendJson(response, said, { etag: '"1"' });
  });
  const reports: Report[] = [];
  const source = pollSource({ request: () => get(wire.url), fetch, clock, event: 'ruleset', ...often });
  const stop = source.open((report) => reports.push(report));
  await vi.waitFor(() => expect(reports).toHaveLength(1));
  await vi.waitFor(() => expect(clock.nextInMs).toBe(1_500));
  clock.advance(1_500);
  await vi.waitFor(() => expect(reports.map((report) => report.kind)).toEqual(['message', 'unchanged']));
  // it did not wait, so it is not asked to again
  await vi.waitFor(() => expect(clock.nextInMs).toBeGreaterThanOrEqual(30_000));
  clock.advance(33_000);
  await vi.waitFor(() => expect(reports).toHaveLength(3));
  expect(wire.received.map(({ headers }) => headers.prefer)).toEqual([undefined, 'wait=50', undefined]);
  stop();
});

test('notices within 45 s that nobody is there any more', async () => {
  const clock = new FakeClock();
  await using wire = await startWireServer(streaming('decisions', said));
  const reports: Report[] = [];
  streamSource({ request: () => get(wire.url), fetch, clock }).open((report) => reports.push(report));
  await vi.waitFor(() => expect(reports.at(-1)?.kind).toBe('message'));
  await vi.waitFor(() => expect(wire.open).toHaveLength(1));
  clock.advance(44_999);
  expect(reports.at(-1)?.kind).toBe('message');
  clock.advance(1);
  expect(reports.at(-1)).toMatchObject({ kind: 'failed', failure: { cause: 'silent' } });
  await vi.waitFor(() => expect(wire.open).toHaveLength(0));
});

test('gives up on a server that accepts and never answers', async () => {
  const clock = new FakeClock();
  await using wire = await startWireServer(() => {});
  const reports: Report[] = [];
  streamSource({ request: () => get(wire.url), fetch, clock }).open((report) => reports.push(report));
  await vi.waitFor(() => expect(wire.received).toHaveLength(1));
  clock.advance(15_000);
  expect(reports).toMatchObject([{ kind: 'failed', failure: { cause: 'silent' } }]);
});

test('gives a stream up of which nothing comes through, for what is no stream', async () => {
  const clock = new FakeClock();
  await using wire = await startWireServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const reports: Report[] = [];
  streamSource({ request: () => get(wire.url), fetch, clock }).open((report) => reports.push(report));
  await vi.waitFor(() => expect(clock.nextInMs).toBe(10_000));
  clock.advance(10_000);
  expect(reports).toMatchObject([{ kind: 'failed', failure: { cause: 'unusable' } }]);
});

test('hands on the wait a draining server asks for', async () => {
  await using wire = await startWireServer((_, response) => {
    sendEvent(beginStream(response), 'decisions', said);
    response.end('retry: 7000\n\n');
  });
  const reports: Report[] = [];
  streamSource({ request: () => get(wire.url), fetch, clock: new FakeClock() }).open((report) => reports.push(report));
  const failed = { kind: 'failed', failure: { cause: 'ended', retryMs: 7000 } };
  await vi.waitFor(() => expect(reports.at(-1)).toMatchObject(failed));
});

test('reads a stream whose bytes come one at a time', async () => {
  const euro = { version: '1.€', flags: {} };
  await using wire = await startWireServer((_, response) => {
    beginStream(response);
    for (const byte of Buffer.from(`event: decisions\r\ndata: ${JSON.stringify(euro)}\r\n\r\n`))
      response.write(Buffer.of(byte));
  });
  const reports: Report[] = [];
  const stop = streamSource({ request: () => get(wire.url), fetch, clock: new FakeClock() }).open((report) =>
    reports.push(report),
  );
  await vi.waitFor(() =>
    expect(reports).toContainEqual({ kind: 'message', event: 'decisions', data: JSON.stringify(euro), id: '' }),
  );
  stop();
});

test('writes the cache for nobody else to read', async () => {
  await using folder = await temporaryFolder();
  await fileCache(folder.path('flags.json'), 'ruleset', seal).save(data);
  expect(statSync(folder.path('flags.json')).mode & 0o777).toBe(0o600);
});

test('follows no symbolic link, in reading or writing', async () => {
  await using folder = await temporaryFolder();
  await fileCache(folder.path('real.json'), 'ruleset', seal).save(data);
  symlinkSync(folder.path('real.json'), folder.path('flags.json'));
  const cache = fileCache(folder.path('flags.json'), 'ruleset', seal);
  expect(readOnce(cache)).toMatchObject({ kind: 'failed', failure: { cause: 'broken' } });
  await expect(cache.save(data)).rejects.toThrow('not a plain file');
});

test('believes no cache that others can write, nor one sealed with another key', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('flags.json');
  const cache = fileCache(path, 'ruleset', seal);
  await cache.save(data);
  expect(readOnce(fileCache(path, 'ruleset', { ...seal, key: 'bgy_server_y' }))).toMatchObject({ kind: 'failed' });
  chmodSync(path, 0o666);
  expect(readOnce(cache)).toMatchObject({ kind: 'failed', failure: { cause: 'broken' } });
});

function readOnce(source: ReturnType<typeof fileCache>): Report | undefined {
  let heard: Report | undefined;
  source.open((report) => {
    heard = report;
  })();
  return heard;
}

function storageOf(kept: Map<string, string>) {
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

async function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'burgee-'));
  return {
    path: (name: string) => join(folder, name),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}
