import { expect, test } from 'vitest';
import { assertOwnPage, presentedBy } from './presented.ts';

const cookie = '__Host-burgee_session';

test.each([
  ['nothing', {}, {}],
  ['an API key', { authorization: 'Bearer bgy_client_a_b' }, { key: 'bgy_client_a_b' }],
  ['an API key of OpenFeature', { 'x-api-key': 'bgy_client_a_b' }, { key: 'bgy_client_a_b' }],
  ['an access token', { authorization: 'bearer bgp_abc' }, { bearer: 'bgp_abc' }],
  ['a session', { cookie: `theme=dark; ${cookie}=abc` }, { cookie: 'abc' }],
  ['the cookie of another program', { cookie: 'session=abc' }, {}],
  ['an emptied cookie', { cookie: `${cookie}=` }, {}],
])('finds %s', (_name, headers, presented) => {
  expect(presentedBy(headers, cookie)).toEqual(presented);
});

test.each([
  ['two credentials', { authorization: 'Bearer a', cookie: `${cookie}=b` }],
  ['a key twice', { authorization: 'Bearer a', 'x-api-key': 'a' }],
  ['another scheme', { authorization: 'Basic YTpi' }],
  ['a scheme alone', { authorization: 'Bearer' }],
])('refuses %s', (_name, headers) => {
  expect(() => presentedBy(headers, cookie)).toThrow(expect.objectContaining({ code: 'UNAUTHORIZED' }));
});

const config = { publicUrl: 'https://flags.example.com', port: 4400 };

test('takes a change with a cookie only from the own page with the header that no form can send', () => {
  const post = (headers: Record<string, string>) => assertOwnPage({ method: 'POST', headers }, config);
  const origin = 'https://flags.example.com';
  expect(() => post({ origin, 'x-burgee-csrf': '1' })).not.toThrow();
  expect(() => post({ origin })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(() => post({ origin: 'https://evil.example', 'x-burgee-csrf': '1' })).toThrow();
  expect(() => post({ origin: 'null', 'x-burgee-csrf': '1' })).toThrow();
  expect(() => assertOwnPage({ method: 'GET', headers: {} }, config)).not.toThrow();
});
