import { expect, test } from 'vitest';
import { isNetwork, limitedName } from './address.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address: at all', 'no address: at all'],
])('counts %s as %s', (address, name) => expect(limitedName(address)).toBe(name));

test.each(['10.0.0.0/8', '10.1.2.3', 'fd00::/8', '::1', '0.0.0.0/0'])('%s is a network', (text) =>
  expect(isNetwork(text)).toBe(true),
);
test.each(['10.0.0.0/33', '10.0.0', 'fd00::/129', 'fe80::1%eth0', 'example.com', '10.0.0.0/', '10.0.0.0/8/8', ''])(
  '"%s" is none',
  (text) => expect(isNetwork(text)).toBe(false),
);
