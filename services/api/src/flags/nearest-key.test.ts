import { expect, test } from 'vitest';
import { nearestKey } from './nearest-key.ts';

const keys = ['new-checkout', 'gift-cards', 'refund-orders', 'a', 'ab', 'express-delivery'];
test.each([
  ['newCheckout', 'new-checkout'],
  ['NEW_CHECKOUT', 'new-checkout'],
  ['new-chekout', 'new-checkout'],
  ['new-checkotu', 'new-checkout'],
  ['gift-card', 'gift-cards'],
  ['refund-ordres-', 'refund-orders'],
  ['b', undefined],
  ['checkout', undefined],
  ['', undefined],
  ['=HYPERLINK("x")', undefined],
])('"%s" was probably meant as %s', (asked, meant) => expect(nearestKey(asked, keys)).toBe(meant));

test('the nearer of two is meant', () => {
  expect(nearestKey('gift-cardz', ['gift-cadrs', 'gift-cards'])).toBe('gift-cards');
});
