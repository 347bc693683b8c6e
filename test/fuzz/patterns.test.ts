import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { evilPatterns } from './patterns.ts';

/** Times say something only where nothing else runs, so they are looked at by `test:fuzz` alone. */
const isMeasured = Number(process.env.BURGEE_FUZZ_CASES ?? 0) >= 1_000_000;
const mostMs = 25;

interface Decided {
  readonly answers: readonly ('refused' | boolean)[];
  /** The best of several times, which is the work itself. */
  readonly ms: readonly number[];
}

/** In a thread that must answer; a pattern without end would leave it silent until the test gives up. */
const decided = new Promise<Decided>((resolve, reject) => {
  const thread = new Worker(new URL('./pattern-thread.ts', import.meta.url), {
    execArgv: ['--conditions=@burgee/source'],
  });
  thread.once('message', resolve).once('error', reject);
});

test(`${evilPatterns.length} evil patterns are refused or decided`, async () => {
  expect(evilPatterns.length).toBeGreaterThanOrEqual(60);
  const { answers } = await decided;
  const given = evilPatterns.map(({ pattern }, at) => ({ pattern, answer: answers[at] }));
  expect(given).toEqual(evilPatterns.map(({ pattern, answer }) => ({ pattern, answer })));
});

test.runIf(isMeasured)(`each in less than ${mostMs} ms`, async () => {
  const { ms } = await decided;
  const slow = evilPatterns
    .map(({ pattern }, at) => ({ pattern, ms: ms[at] ?? Infinity }))
    .filter((one) => one.ms >= mostMs);
  expect(slow).toEqual([]);
});
