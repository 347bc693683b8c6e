import { expect, test } from 'vitest';
import { newApiKey } from '../access/api-key.ts';
import { startTestApi, type TestApi } from '../main.support.ts';

async function withApi(more: Record<string, string>, work: (api: TestApi) => Promise<void>): Promise<void> {
  const api = await startTestApi([{ key: 'a', clientVisible: true }], { more });
  try {
    await work(api);
  } finally {
    await api.stop();
  }
}

const one = '/ofrep/v1/evaluate/flags/a';
const statuses = async (count: number, ask: (nr: number) => Promise<Response>) => {
  const found: number[] = [];
  for (let nr = 0; nr < count; nr += 1) found.push((await ask(nr)).status);
  return found;
};
const limited = async (api: TestApi, by: string) => {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return Number(new RegExp(`^burgee_requests_limited_total{by="${by}"} (\\d+)$`, 'm').exec(text)?.[1]);
};

test('limits one key and not another, in the words of the door', () =>
  withApi({ BURGEE_KEY_RATE_LIMIT: '3' }, async (api) => {
    const asked = await statuses(5, () => api.post(one));
    expect(asked.slice(0, 3)).toEqual([200, 200, 200]);
    const refused = await api.post(one);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(await refused.json()).toEqual({
      key: 'a',
      errorCode: 'TOO_MANY_REQUESTS',
      errorDetails: 'too many requests with this key',
    });
    expect((await api.post('/v1/decisions')).status).toBe(429);
    expect((await api.post(one, { key: api.keys.client })).status).toBe(200);
    expect(await limited(api, 'key')).toBeGreaterThanOrEqual(3);
  }));

test('limits by address whoever asks, but never an operator', () =>
  withApi({ BURGEE_ADDRESS_RATE_LIMIT: '2', BURGEE_TRUSTED_PROXIES: '127.0.0.0/8' }, async (api) => {
    const from = (address: string) => api.post(one, { headers: { 'x-forwarded-for': address } });
    expect(await statuses(3, () => from('203.0.113.7'))).toEqual([200, 200, 429]);
    // what a sender writes in front of what the proxy saw is not believed
    expect((await from('198.51.100.1, 203.0.113.7')).status).toBe(429);
    expect((await from('203.0.113.8')).status).toBe(200);
    // one machine has many addresses of IPv6, all in one network of 64 bits
    expect(await statuses(3, (nr) => from(`2001:db8::${nr}`))).toEqual([200, 200, 429]);
    expect((await from('2001:db8:0:1::1')).status).toBe(200);
    const live = () => fetch(`${api.url}/livez`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(await statuses(5, live)).toEqual([200, 200, 200, 200, 200]);
    expect(await limited(api, 'address')).toBe(3);
  }));

test('believes no header of a sender that is no trusted proxy', () =>
  withApi({ BURGEE_ADDRESS_RATE_LIMIT: '2' }, async (api) => {
    const asked = await statuses(3, (nr) => api.post(one, { headers: { 'x-forwarded-for': `203.0.113.${nr}` } }));
    expect(asked).toEqual([200, 200, 429]);
  }));

test('makes guessing slow, while good keys behind the same address and people go on', () =>
  withApi({ BURGEE_REFUSED_RATE_LIMIT: '5' }, async (api) => {
    const guess = () => api.post(one, { key: newApiKey('server', 'test').text });
    const guessed = await statuses(7, guess);
    expect(guessed.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(guessed.at(-1)).toBe(429);
    const refused = await guess();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ errorCode: 'TOO_MANY_REQUESTS' });
    expect((await api.post(one)).status).toBe(200);
    const member = await api.post('/graphql', { key: 'bgp_x', body: { query: '{ projects { key } }' } });
    expect(member.status).toBe(401);
  }));

test('an application without any credential is told so however often it asks', () =>
  withApi({ BURGEE_REFUSED_RATE_LIMIT: '2' }, async (api) => {
    const asked = await statuses(4, () => fetch(api.url + one, { method: 'POST' }));
    expect(asked).toEqual([401, 401, 401, 401]);
  }));

test('limits nobody by default', () =>
  withApi({}, async (api) => {
    const asked = await Promise.all(Array.from({ length: 300 }, () => api.post(one)));
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
  }));
