import { expect, test } from 'vitest';
import { waitBefore } from './backoff.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const down = { cause: 'unreachable', detail: '' } as const;
const wait = (failures: number, random: number, failure: Parameters<typeof waitBefore>[0] = down) =>
  waitBefore(failure, failures, { clock: { now: () => now }, random: () => random });

test('waits between 1 s and 30 s, longer after each failure, with a jitter as wide as the wait', () => {
  expect([0, 1, 2, 3, 4, 50].map((failures) => wait(failures, 0))).toEqual([1000, 1000, 1000, 1000, 1000, 1000]);
  const longest = [0, 1, 2, 3, 4, 50].map((failures) => Math.round(wait(failures, 0.999999)));
  expect(longest).toEqual([3000, 6000, 12000, 24000, 30000, 30000]);
});

test('obeys Retry-After in seconds and as a date, caps an absurd one, ignores a broken one', () => {
  const asked = (retryAfter: string) => wait(0, 0, { cause: 'status', detail: '', retryAfter });
  expect(asked('120')).toBe(120_000);
  expect(asked('Sat, 21 Nov 2026 12:02:00 GMT')).toBe(120_000);
  expect(asked('99999999999')).toBe(600_000);
  for (const broken of ['soon', '-5', '1.5', '', 'Sat, 41 Nov 2026 12:02:00 GMT', '2027-11-21'])
    expect(asked(broken)).toBe(1000);
});

test('waits at least five minutes after a refused key', () => {
  expect(wait(0, 0, { cause: 'refused', detail: 'status 401' })).toBe(300_000);
});

test('waits no less than a stream asked for', () => {
  expect(wait(0, 0, { cause: 'ended', detail: '', retryMs: 5000 })).toBe(5000);
  expect(wait(0, 0.5, { cause: 'ended', detail: '', retryMs: 5000 })).toBe(6000);
});
