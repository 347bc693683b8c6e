import { expect, test } from 'vitest';
import { addressOf, isIn, networkOf } from './network.ts';

test.each([
  '10.0.0.0/8',
  '0.0.0.0/0',
  '255.255.255.255/32',
  '1.2.3.4',
  '::',
  '::/0',
  '::1/128',
  '2001:db8::/32',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  'FFFF:0db8:0:0:0:0:0:1',
  '::ffff:1.2.3.4',
  '1:2:3:4:5:6:1.2.3.4',
  '64:ff9b::1.2.3.4/96',
  '1::1.2.3.4',
  'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128',
])('reads %s', (text) => expect(networkOf(text)).toBeDefined());

test.each([
  '',
  '/',
  '/8',
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/08',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0.0.0/ 8',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.01',
  '010.0.0.1',
  '1.2.3.4.5',
  ' 1.2.3.4',
  '1.2.3.4 ',
  '0x7f.1',
  '2130706433',
  ':',
  ':::',
  '1::2::3',
  ':1',
  '1:',
  '::1/129',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '::1:2:3:4:5:6:7:8',
  'fe80::1%eth0',
  '12345::',
  'g::',
  '::1.2.3',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '1:2:3:4:5:6:7:1.2.3.4',
  '[::1]',
  '::ffff:01.2.3.4',
  '１.2.3.4',
])('refuses %s', (text) => expect(networkOf(text)).toBeUndefined());

test.each<[string, string, boolean]>([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.1.2.3/8', '10.9.9.9', true],
  ['192.0.2.128/25', '192.0.2.127', false],
  ['192.0.2.128/25', '192.0.2.255', true],
  ['1.2.3.4', '1.2.3.4', true],
  ['1.2.3.4', '1.2.3.5', false],
  ['0.0.0.0/0', '255.1.2.3', true],
  ['0.0.0.0/0', '::1', false],
  ['1.2.3.4', '::ffff:1.2.3.4', true],
  ['::ffff:0:0/96', '1.2.3.4', true],
  ['::ffff:102:304', '1.2.3.4', true],
  ['::/0', '1.2.3.4', true],
  ['2001:db8::/33', '2001:db8:7fff::1', true],
  ['2001:db8::/33', '2001:db8:8000::', false],
  ['::1', '0:0:0:0:0:0:0:1', true],
])('%s with %s: %s', (network, address, expected) => {
  const read = networkOf(network);
  const other = addressOf(address);
  expect(read && other && isIn(read, other)).toBe(expected);
});

test('a long text is no address, at once', () => {
  const startMs = performance.now();
  expect(addressOf('1:'.repeat(5_000_000))).toBeUndefined();
  expect(performance.now() - startMs).toBeLessThan(1000);
});
