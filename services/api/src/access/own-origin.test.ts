import { expect, test } from 'vitest';
import { isOwnOrigin } from './own-origin.ts';

const remote = { publicUrl: 'https://flags.example.com' };
const local = { publicUrl: 'http://127.0.0.1:4400' };

test('knows its own pages by the public address', () => {
  expect(isOwnOrigin({}, remote)).toBe(true);
  expect(isOwnOrigin({ origin: 'https://flags.example.com' }, remote)).toBe(true);
  for (const origin of [
    'http://flags.example.com',
    'https://flags.example.com.evil.example',
    'null',
    '',
    'https://flags.example.com/',
  ]) {
    expect(isOwnOrigin({ origin, host: 'flags.example.com' }, remote)).toBe(false);
  }
});

test('knows the names of its own machine, and no name that was bent to point there', () => {
  expect(isOwnOrigin({ origin: 'http://localhost:4400', host: 'localhost:4400' }, local)).toBe(true);
  expect(isOwnOrigin({ origin: 'http://[::1]:4400', host: '[::1]:4400' }, local)).toBe(true);
  expect(isOwnOrigin({ origin: 'http://localhost:3000', host: 'localhost:4400' }, local)).toBe(false);
  expect(isOwnOrigin({ origin: 'http://rebound.example:4400', host: 'rebound.example:4400' }, local)).toBe(false);
  expect(isOwnOrigin({ origin: 'http://localhost:4400', host: 'localhost:4400' }, remote)).toBe(false);
});
