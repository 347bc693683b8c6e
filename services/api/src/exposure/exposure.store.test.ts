import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { BurgeeError } from '../errors.ts';
import { Tally } from '../ruleset/tally.store.ts';
import { ExposureBuffer, exposureLimits } from './exposure.store.ts';
import type { ExposureBatch } from './exposure.ts';

/** A place for counts that says when it takes them. */
function setUp(accept: (batches: readonly ExposureBatch[]) => Promise<void>) {
  const metrics = new Registry();
  const sink = { flushMs: 1_000_000, write: accept };
  const buffer = new ExposureBuffer(sink, new Tally(metrics), Date.now, pino({ level: 'silent' }), metrics);
  const waiting = async () => (await metrics.getSingleMetric('burgee_exposure_rows_waiting')?.get())?.values[0]?.value;
  return { buffer, waiting };
}

const batchOf = (rows: number): ExposureBatch => ({
  batchId: randomUUID(),
  counts: [],
  unknown: Array.from({ length: rows }, (_, nr) => ({
    flagKey: `flag-${nr}`,
    application: 'shop',
    environmentId: 'e',
    throughClientKey: false,
  })),
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('writes each batch once and loses none, also when it is asked to write while it writes', async () => {
  const written: string[] = [];
  const { buffer, waiting } = setUp(async (batches) => {
    await turn();
    written.push(...batches.map(({ batchId }) => batchId));
  });
  const batches = Array.from({ length: 6 }, () => batchOf(exposureLimits.rowsPerWrite));
  for (const batch of batches) buffer.add(batch);
  await Promise.all([buffer.flush(), buffer.flush(), buffer.flush()]);
  expect(written).toEqual(batches.map(({ batchId }) => batchId));
  expect(await waiting()).toBe(0);
});

test('keeps what cannot be written, up to a bound, and then asks senders to keep theirs', async () => {
  let isAway = true;
  const written: string[] = [];
  const { buffer, waiting } = setUp(async (batches) => {
    if (isAway) throw new BurgeeError('UNAVAILABLE', 'away');
    written.push(...batches.map(({ batchId }) => batchId));
  });
  const batches = Array.from({ length: 10 }, () => batchOf(exposureLimits.rowsWaiting / 10 - 1));
  for (const batch of batches) buffer.add(batch);
  await buffer.flush();
  expect(await waiting()).toBe(exposureLimits.rowsWaiting);
  expect(() => buffer.add(batchOf(1))).toThrow(
    expect.objectContaining({ code: 'UNAVAILABLE', circumstances: { retryAfterSeconds: 60 } }),
  );
  isAway = false;
  await buffer.flush();
  expect(written).toEqual(batches.map(({ batchId }) => batchId));
  buffer.add(batchOf(1));
  expect(await waiting()).toBe(2);
});
