import { expect, test } from 'vitest';
import { exposureBatch, summed } from './exposure.ts';

const now = Date.parse('2026-12-01T12:34:56Z');
const sender = { environmentId: 'e', keyKind: 'server', now } as const;
const batchId = '3F2504E0-4F89-11D3-9A0C-0305E82C3301';
const count = { flag: 'a', variant: 'on', count: 2, hour: '2026-12-01T13:20:00+01:00', source: 'used' };

test('reads a batch: hours of UTC, an empty variant is the default of the code', () => {
  const batch = exposureBatch(
    { batchId, application: 'shop', counts: [count, { ...count, variant: '' }], unknown: ['x'] },
    sender,
  );
  expect(batch.batchId).toBe(batchId.toLowerCase());
  expect(batch.counts[0]).toEqual({
    flagKey: 'a',
    variant: 'on',
    count: 2,
    hour: Date.parse('2026-12-01T12:00:00Z'),
    source: 'used',
    application: 'shop',
    environmentId: 'e',
    throughClientKey: false,
  });
  expect(batch.counts[1]?.variant).toBeNull();
  expect(batch.unknown).toEqual([{ flagKey: 'x', application: 'shop', environmentId: 'e', throughClientKey: false }]);
});

const good = { batchId, application: 'shop', counts: [count] };
test.each([
  ['no body', undefined, 'body must be an object'],
  ['no batch id', { ...good, batchId: 'x' }, 'batchId must be a UUID'],
  ['no application', { ...good, application: '' }, 'application must be one line'],
  ['a NUL in the application', { ...good, application: 'a\u0000b' }, 'application must be one line'],
  ['half a surrogate pair', { ...good, unknown: ['a\ud800'] }, 'unknown[0] must be one line'],
  ['counts that are no list', { ...good, counts: {} }, 'counts must be a list of at most 2,000 entries'],
  ['a count of 0', { ...good, counts: [{ ...count, count: 0 }] }, 'counts[0].count must be a whole number'],
  ['half a count', { ...good, counts: [count, { ...count, count: 1.5 }] }, 'counts[1].count'],
  ['another source', { ...good, counts: [{ ...count, source: 'seen' }] }, 'counts[0].source'],
  [
    'an hour without zone',
    { ...good, counts: [{ ...count, hour: '2026-12-01T12:00:00' }] },
    'counts[0].hour must be an RFC 3339',
  ],
  [
    'a day that is none',
    { ...good, counts: [{ ...count, hour: '2026-09-31T12:00:00Z' }] },
    'counts[0].hour must be an RFC 3339',
  ],
  ['the future', { ...good, counts: [{ ...count, hour: '2026-12-02T12:00:00Z' }] }, 'must lie in the last 90 days'],
  ['the far past', { ...good, counts: [{ ...count, hour: '2025-12-02T12:00:00Z' }] }, 'must lie in the last 90 days'],
  ['201 unknown flags', { ...good, unknown: Array.from({ length: 201 }, () => 'x') }, 'unknown must be a list'],
  ['an unknown flag of another type', { ...good, unknown: [1] }, 'unknown[0] must be one line'],
])('refuses %s', (_name, body, sentence) => {
  expect(() => exposureBatch(body, sender)).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining(sentence) }),
  );
});

test('adds up what stands in one row; a server among the senders makes it a use that counts', () => {
  const [one] = exposureBatch(good, sender).counts;
  if (one === undefined) throw new Error('no count');
  const sums = summed([{ ...one, throughClientKey: true }, one, { ...one, variant: null }]);
  expect(sums.map(({ variant, count, throughClientKey }) => ({ variant, count, throughClientKey }))).toEqual([
    { variant: 'on', count: 4, throughClientKey: false },
    { variant: null, count: 2, throughClientKey: false },
  ]);
});
