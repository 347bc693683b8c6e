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
/** Asks so often at once that a limit of one a second is met on the slowest machine. */
const crowd = (ask: (nr: number) => Promise<Response>) => Promise.all(Array.from({ length: 40 }, (_, nr) => ask(nr)));
const statuses = async (count: number, ask: (nr: number) => Promise<Response>) => {
  const found: number[] = [];
  for (let nr = 0; nr < count; nr += 1) found.push((await ask(nr)).status);
  return found;
};
const statusesUntil = async (status: number, ask: () => Promise<Response>) => {
  for (let nr = 0; nr < 40; nr += 1) {
    const answer = await ask();
    if (answer.status === status) return answer;
  }
  return undefined;
};
const among = (answers: readonly Response[]) => [...new Set(answers.map(({ status }) => status))].sort();
const limited = async (api: TestApi, by: string) => {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  return Number(new RegExp(`^burgee_requests_limited_total{by="${by}"} (\\d+)$`, 'm').exec(text)?.[1]);
};

test('limits one key and not another, in the words of the door', () =>
  withApi({ BURGEE_KEY_RATE_LIMIT: '1' }, async (api) => {
    const answers = await crowd(() => api.post(one));
    expect(among(answers)).toEqual([200, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(await refused?.json()).toEqual({
      key: 'a',
      errorCode: 'TOO_MANY_REQUESTS',
      errorDetails: 'too many requests with this key',
    });
    expect((await api.post(one, { key: api.keys.client })).status).toBe(200);
    expect(await limited(api, 'key')).toBe(answers.filter(({ status }) => status === 429).length);
  }));

test('limits by address whoever asks, but never an operator', () =>
  withApi({ BURGEE_ADDRESS_RATE_LIMIT: '1', BURGEE_TRUSTED_PROXIES: '127.0.0.0/8' }, async (api) => {
    const from = (address: string) => api.post(one, { headers: { 'x-forwarded-for': address } });
    expect(among(await crowd(() => from('203.0.113.7')))).toEqual([200, 429]);
    expect((await from('203.0.113.8')).status).toBe(200);
    // what a sender writes in front of what the proxy saw is not believed
    expect(among(await crowd((nr) => from(`198.51.100.${nr}, 203.0.113.9`)))).toEqual([200, 429]);
    // one machine has many addresses of IPv6, all in one network of 64 bits
    expect(among(await crowd((nr) => from(`2001:db8::${nr}`)))).toEqual([200, 429]);
    expect((await from('2001:db8:0:1::1')).status).toBe(200);
    const live = () => fetch(`${api.url}/livez`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(among(await crowd(live))).toEqual([200]);
    expect(await limited(api, 'address')).toBeGreaterThan(3);
  }));

test('believes no header of a sender that is no trusted proxy', () =>
  withApi({ BURGEE_ADDRESS_RATE_LIMIT: '1' }, async (api) => {
    const answers = await crowd((nr) => api.post(one, { headers: { 'x-forwarded-for': `203.0.113.${nr}` } }));
    expect(among(answers)).toEqual([200, 429]);
  }));

test('makes guessing slow, while good keys behind the same address and people go on', () =>
  withApi({ BURGEE_REFUSED_RATE_LIMIT: '5' }, async (api) => {
    const guess = () => api.post(one, { key: newApiKey('server', 'test').text });
    expect((await guess()).status).toBe(401);
    // five a minute: however slow this machine is, one in forty is too many
    const refused = (await statusesUntil(429, guess)) ?? new Response();
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
