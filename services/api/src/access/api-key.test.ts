import { expect, test } from 'vitest';
import { hashApiKey, isApiKey, newApiKey } from './api-key.ts';

test('makes keys of the published form, with the prefix of their random part', () => {
  const { text, hash, prefix } = newApiKey('server', 'eu_prod-1');
  expect(text).toMatch(/^bgy_server_eu_prod-1_[0-9A-Za-z]{28}$/);
  expect(text.split('_').at(-1)?.startsWith(prefix)).toBe(true);
  expect(prefix).toHaveLength(8);
  expect(hash).toEqual(hashApiKey(text));
  expect(isApiKey(text)).toBe(true);
});

test('finds every typing error of one character', () => {
  const { text } = newApiKey('client', 'production');
  for (let place = 0; place < text.length; place += 1) {
    const other = text[place] === 'x' ? 'y' : 'x';
    expect(isApiKey(text.slice(0, place) + other + text.slice(place + 1))).toBe(false);
  }
});

test('takes nothing else for a key', () => {
  const odd = [
    '',
    'bgy_',
    'bgp_x',
    `bgy_admin_production_${'a'.repeat(28)}`,
    `bgy_server_production_${'a'.repeat(300)}`,
  ];
  expect(odd.filter(isApiKey)).toEqual([]);
});

test('never makes the same key twice', () => {
  const keys = Array.from({ length: 1000 }, () => newApiKey('relay', 'a').text);
  expect(new Set(keys).size).toBe(1000);
});
