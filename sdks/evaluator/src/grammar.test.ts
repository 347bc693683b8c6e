import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLength, compareVersions, instantOf, versionOf } from './grammar.ts';

// Ascending, from semver.org and beyond.
const ascending = [
  '0.0.0-0',
  '0.0.0',
  '1.0.0-0',
  '1.0.0-9',
  '1.0.0-10',
  '1.0.0-99999999999999999999',
  '1.0.0--',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-alpha-1',
  '1.0.0-alpha0',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.2.0',
  '1.10.0',
  '2.0.0',
  '99999999999999999998.0.0',
  '99999999999999999999.0.0',
];

test('orders versions as semantic versioning does', () => {
  const versions = ascending.map((text) => versionOf(text) ?? '');
  for (const [i, a] of versions.entries()) {
    for (const [j, b] of versions.entries()) {
      expect(Math.sign(compareVersions(a, b)), `${ascending[i]} ${ascending[j]}`).toBe(Math.sign(i - j));
    }
  }
});

test('a build does not count', () => {
  expect(versionOf('1.2.3-rc.1+build.7')).toBe('1.2.3-rc.1');
  expect(compareVersions(versionOf('1.2.3+a') ?? '', versionOf('1.2.3+b') ?? '')).toBe(0);
});

test.each([
  '1.2',
  'v1.2.3',
  '1.2.3.4',
  '01.0.0',
  '1.0.0-01',
  '1.0.0-',
  '1.0.0+',
  '',
  ' 1.0.0',
  `1.0.0-${'a'.repeat(300)}`,
])('takes %j for no version', (text) => expect(versionOf(text)).toBeUndefined());

test('reads every instant that a Date writes', () => {
  const dates = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(fc.property(dates, (date) => instantOf(date.toISOString()) === date.getTime()));
});

test('reads zones and cuts fractions off', () => {
  expect(instantOf('2026-12-01T06:30:00+01:30')).toBe(Date.parse('2026-12-01T05:00:00Z'));
  expect(instantOf('2026-12-01T06:30:00-01:30')).toBe(Date.parse('2026-12-01T08:00:00Z'));
  expect(instantOf('2026-12-01T06:30:00.9999999Z')).toBe(Date.parse('2026-12-01T06:30:00.999Z'));
  expect(instantOf('2026-12-01T06:30:00.5Z')).toBe(Date.parse('2026-12-01T06:30:00.500Z'));
});

test.each([
  '31/12/2026',
  '2026-12-01',
  '2026-12-01T06:00:00',
  '2026-02-30T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '275761-01-01T00:00:00Z',
  '2026-12-01T06:00:00Z\n',
])('takes %j for no date with a zone', (text) => expect(instantOf(text)).toBeUndefined());

test('counts bytes as TextEncoder does', () => {
  const encoder = new TextEncoder();
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => byteLength(text) === encoder.encode(text).length));
  for (const text of ['\ud800', '\udc00', '\udc00\ud800', '\ud800\ud800\udc00\udc00', 'é', '日']) {
    expect(byteLength(text)).toBe(encoder.encode(text).length);
  }
});
