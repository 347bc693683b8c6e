import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Following, openStream, type StreamReader, type Streams, startStreams, toldNothing } from './support.ts';

const howMany = Number(process.env.BURGEE_READERS ?? 200);
/** Readers of decisions beyond one turn's may be told two changes as one, those beyond 1,000 all changes of 250 ms. */
const isGathered = howMany / 2 > 200;
const paced = 25;
const inARow = 25;

let streams: Streams;
beforeAll(async () => {
  streams = await startStreams();
});
afterAll(() => streams[Symbol.asyncDispose]());

const following = (number: number): Following =>
  number % 2 === 0
    ? { kind: 'ruleset', key: streams.keys.server }
    : { kind: 'decisions', key: streams.keys.client, context: { targetingKey: `user-${number % 40}`, number } };

async function openAll(url: string, count: number): Promise<StreamReader[]> {
  const readers: StreamReader[] = [];
  for (let from = 0; from < count; from += 100) {
    const numbers = Array.from({ length: Math.min(100, count - from) }, (_, at) => from + at);
    readers.push(...(await Promise.all(numbers.map((number) => openStream(url, following(number))))));
  }
  return readers;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

test(`${howMany} readers are told every change once, in order, whoever comes and goes meanwhile`, async () => {
  const { url } = await streams.startReplica();
  const readers = await openAll(url, howMany);
  expect(readers.every(({ status }) => status === 200)).toBe(true);
  await eventually(() => expect(readers.every(({ told }) => told.versions.length === 1)).toBe(true));
  const [watcher] = readers as [StreamReader];
  /** Each comes, goes after a change or two, and comes back to what it knows. */
  const guests: StreamReader[] = [];
  for (let number = 1; number <= paced; number += 1) {
    const count = await streams.count();
    guests.push(await openStream(url, following(number)));
    if (number > 2) guests[number - 3]?.close();
    await eventually(() => expect(watcher.told.counts.at(-1)).toBe(count), { timeoutMs: 10_000 });
  }
  const back = await Promise.all(
    guests.slice(0, -2).map(({ told }, at) => openStream(url, { ...following(at + 1), told })),
  );
  const { lastEventId } = watcher.told;
  for (let number = 1; number <= inARow; number += 1) await streams.count();
  const last = paced + inARow;
  const all = [...readers, ...back, ...guests.slice(-2)];
  await eventually(() => expect(all.filter(({ told }) => told.counts.at(-1) !== last)).toEqual([]), {
    timeoutMs: 20_000,
  });
  expect(all.flatMap(({ told }) => told.faults)).toEqual([]);
  for (const { told } of isGathered ? readers.filter((_, at) => at % 2 === 0) : readers) {
    expect(told.counts.slice(0, paced + 1)).toEqual(numbers(0, paced));
  }
  for (const { told } of readers) {
    expect(told.counts).toEqual([...new Set(told.counts)].sort((a, b) => a - b));
    expect(told.wholes).toBe(1);
  }
  // who named a version from which the way is known was sent what changed and nothing else
  const late = await openStream(url, {
    ...following(0),
    told: { ...toldNothing(), versions: [lastEventId], lastEventId },
  });
  await eventually(() => expect(late.told.counts.at(-1)).toBe(last));
  expect([late.told.wholes, late.told.faults]).toEqual([0, []]);
  for (const reader of [...all, late]) reader.close();
}, 240_000);

test('nobody misses a change when a replica leaves, and all who go to another are told when to', async () => {
  const [leaving, staying] = [await streams.startReplica({ BURGEE_DRAIN_MS: '500' }), await streams.startReplica()];
  const readers = await openAll(leaving.url, 60);
  await eventually(() => expect(readers.every(({ told }) => told.versions.length === 1)).toBe(true));
  const stopped = leaving.stop();
  const moved: StreamReader[] = [];
  let count = await streams.count();
  while (moved.length < readers.length) {
    count = await streams.count();
    for (const [number, reader] of readers.entries()) {
      if (!reader.hasEnded || moved.some(({ told }) => told === reader.told)) continue;
      moved.push(await openStream(staying.url, { ...following(number), told: reader.told }));
    }
  }
  await stopped;
  await eventually(() => expect(moved.filter(({ told }) => told.counts.at(-1) !== count)).toEqual([]), {
    timeoutMs: 10_000,
  });
  expect(moved.flatMap(({ told }) => told.faults)).toEqual([]);
  expect(readers.every(({ retryMs }) => retryMs >= 1000 && retryMs < 5000)).toBe(true);
  expect(new Set(readers.map(({ retryMs }) => retryMs)).size).toBeGreaterThan(30);
  for (const reader of moved) reader.close();
});
