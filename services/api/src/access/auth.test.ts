import { throwawayDatabase } from '@burgee/test/support';
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';
import { apiEnvironment } from '../main.support.ts';
import { startApi } from '../main.ts';
import { hashAccessToken, newAccessToken } from './secrets.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
const password = 'correct horse battery';
beforeAll(async () => {
  shop = await managedShop();
  await shop.database.sql('update burgee.member set password_hash = $1 where email = $2', [
    await hash(password),
    'ada@shop.example',
  ]);
});
afterAll(() => shop.stop());

const ownPage = { 'content-type': 'application/json', 'x-burgee-csrf': '1' };
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(shop.api.url + path, { method: 'POST', headers: { ...ownPage, ...headers }, body: JSON.stringify(body) });
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
const me = (headers: Record<string, string>) => post('/graphql', { query: '{ me { email } }' }, headers);

async function signIn(): Promise<{ cookie: string; token: string }> {
  const response = await post('/auth/sign-in', { email: 'ada@shop.example', password });
  expect(response.status).toBe(200);
  return { cookie: cookieOf(response), token: ((await response.json()) as { token: string }).token };
}

test('signs in with a password, however the e-mail is written, and answers with a token and a cookie for pages only', async () => {
  const response = await post('/auth/sign-in', { email: '  ADA@Shop.example ', password });
  expect(await response.json()).toMatchObject({
    token: expect.stringMatching(/^ey/),
    member: { email: 'ada@shop.example', name: 'Ada Admin', roles: { shop: 'admin' } },
  });
  expect(response.headers.get('set-cookie')).toMatch(
    /^burgee_session=bgs_\w{40}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
  );
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('gives the same answer to a wrong password and to an unknown e-mail', async () => {
  const wrong = await post('/auth/sign-in', { email: 'ada@shop.example', password: 'wrong password' });
  const unknown = await post('/auth/sign-in', { email: 'nobody@shop.example', password });
  const without = await post('/auth/sign-in', { email: 'pia@shop.example', password });
  expect([wrong.status, unknown.status, without.status]).toEqual([401, 401, 401]);
  expect(await unknown.text()).toBe(await wrong.text());
  expect(wrong.headers.get('set-cookie')).toBeNull();
});

test('shuts the door on an e-mail after ten tries, however it is written, and says for how long', async () => {
  const spellings = ['Eve@shop.example', 'EVE@shop.example', ' eve@shop.example', 'ｅve@shop.example'];
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 11; attempt += 1) {
    const response = await post('/auth/sign-in', { email: spellings[attempt % 4], password: 'wrong password' });
    statuses.push(response.status);
    if (attempt === 10) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(800);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
});

test('refuses a sign-in from a foreign page, of a form, or with unknown fields', async () => {
  const body = { email: 'ada@shop.example', password };
  expect((await post('/auth/sign-in', body, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post('/auth/sign-in', body, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post('/auth/sign-in', { ...body, admin: true })).status).toBe(400);
  expect((await post('/auth/sign-in', { email: 'ada@shop.example' })).status).toBe(400);
  expect((await post('/auth/sign-in', [])).status).toBe(400);
});

test('takes the cookie only from its own page with the header, and acts through the door ui', async () => {
  const { cookie, token } = await signIn();
  expect((await me({ cookie })).status).toBe(200);
  expect((await me({ cookie, 'x-burgee-csrf': '' })).status).toBe(403);
  expect((await me({ cookie, origin: 'https://evil.example' })).status).toBe(403);
  expect((await me({ cookie, origin: shop.api.url })).status).toBe(200);
  expect((await me({ cookie, authorization: `Bearer ${token}` })).status).toBe(401);
  const mutation = 'mutation { createSegment(input: { project: "shop", key: "by-page" }) { key } }';
  await post('/graphql', { query: mutation }, { cookie });
  expect(await shop.lastEntry('by-page')).toMatchObject({ actor: 'ada@shop.example', door: 'ui' });
  await post('/graphql', { query: mutation.replace('by-page', 'by-token') }, { authorization: `Bearer ${token}` });
  expect(await shop.lastEntry('by-token')).toMatchObject({ actor: 'ada@shop.example', door: 'ui' });
});

test('renews a token for the cookie, and for nothing else', async () => {
  const { cookie, token } = await signIn();
  const renewed = await post('/auth/token', {}, { cookie });
  expect(await renewed.json()).toMatchObject({
    token: expect.stringMatching(/^ey/),
    member: { email: 'ada@shop.example' },
  });
  expect((await post('/auth/token', {}, { authorization: `Bearer ${token}` })).status).toBe(401);
  expect((await post('/auth/token', {}, { authorization: `Bearer ${shop.tokens.admin}` })).status).toBe(401);
  expect((await post('/auth/token', {})).status).toBe(401);
});

test('ends a session everywhere when it signs out', async () => {
  const { cookie, token } = await signIn();
  const other = await signIn();
  const out = await post('/auth/sign-out', {}, { cookie });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toMatch(/^burgee_session=; .*Max-Age=0/);
  expect((await me({ cookie })).status).toBe(401);
  expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401);
  expect((await post('/auth/token', {}, { cookie })).status).toBe(401);
  expect((await me({ cookie: other.cookie })).status).toBe(200);
});

test('ends every session of a member who is disabled, and every token', async () => {
  const response = await post('/auth/sign-in-with-token', { accessToken: shop.tokens.viewer });
  const cookie = cookieOf(response);
  expect((await me({ cookie })).status).toBe(200);
  await shop.database.sql(`update burgee.member set disabled_at = now() where email = 'vik@shop.example'`);
  expect((await me({ cookie })).status).toBe(401);
  expect((await shop.ask('viewer', '{ me { id } }')).status).toBe(401);
  await shop.database.sql(`update burgee.member set disabled_at = null where email = 'vik@shop.example'`);
  expect((await me({ cookie })).status).toBe(200);
});

test('signs in with an access token for no longer than the token lives, and not with anything else', async () => {
  const text = newAccessToken();
  await shop.database.sql(
    `insert into burgee.access_token (member_id, kind, name, token_hash, expires_at)
     select id, 'cli', 'short', $1, now() + interval '1 minute' from burgee.member where email = 'dev@shop.example'`,
    [hashAccessToken(text)],
  );
  const response = await post('/auth/sign-in-with-token', { accessToken: text });
  expect(Number(/Max-Age=(\d+)/.exec(response.headers.get('set-cookie') ?? '')?.[1])).toBeLessThanOrEqual(60);
  const { cookie, token } = await signIn();
  for (const accessToken of [cookie.split('=')[1], token, newAccessToken(), 'bgp_x']) {
    expect((await post('/auth/sign-in-with-token', { accessToken })).status).toBe(401);
  }
  expect((await me({ authorization: `Bearer ${cookie.split('=')[1]}` })).status).toBe(401);
  expect((await me({ cookie: `burgee_session=${text}` })).status).toBe(401);
});

test('lets the first administrator in by one link, once', async () => {
  const database = await throwawayDatabase();
  await database.sql(`insert into burgee.project (key, name) values ('one', 'One')`);
  const link = 'the-token-of-the-link';
  await database.sql(`select burgee.create_setup_link($1, now() + interval '1 hour')`, [hashAccessToken(link)]);
  const api = await startApi(await apiEnvironment(database.apiUrl, { BURGEE_ROLE: 'api' }));
  try {
    const setUp = (body: Record<string, string>) =>
      fetch(`${api.url}/auth/setup`, { method: 'POST', headers: ownPage, body: JSON.stringify(body) });
    const first = { token: link, email: 'First@one.example', name: 'First', password };
    expect((await setUp({ ...first, token: 'another' })).status).toBe(410);
    expect((await setUp({ ...first, password: 'short' })).status).toBe(400);
    expect((await setUp({ ...first, email: 'no address' })).status).toBe(400);
    const done = await setUp(first);
    expect(await done.json()).toMatchObject({ member: { email: 'first@one.example', roles: { one: 'admin' } } });
    expect(cookieOf(done)).toMatch(/^burgee_session=bgs_/);
    const again = await setUp({ ...first, email: 'second@one.example' });
    expect([again.status, await again.json()]).toMatchObject([410, { code: 'SETUP_CLOSED' }]);
    expect(await database.sql('select email from burgee.member')).toEqual([{ email: 'first@one.example' }]);
  } finally {
    await api.stop();
    await database.drop();
  }
});

test('says while the database is away that it cannot know, and not that the credential is wrong', async () => {
  const api = await startApi(
    await apiEnvironment('postgres://nobody:nothing@127.0.0.1:1/none', { BURGEE_ROLE: 'api' }),
  );
  try {
    const headers = { ...ownPage, authorization: `Bearer ${newAccessToken()}` };
    const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ me { id } }"}' });
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
    ]);
    expect(response.headers.get('retry-after')).toEqual(expect.any(String));
  } finally {
    await api.stop();
  }
});

test('answers every bad token alike, and keeps it out of the answer', async () => {
  const { token } = await signIn();
  const [head = '', claims = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const bad = [
    `${none}.${claims}.`,
    `${head}.${claims}.${'A'.repeat(86)}`,
    `${head}.${claims}`,
    `${token}.x.y`,
    `${head}.${head}.${signature}`,
    'x'.repeat(9000),
    newAccessToken(),
  ];
  const answers = await Promise.all(bad.map((one) => me({ authorization: `Bearer ${one}` })));
  expect(answers.map(({ status }) => status)).toEqual(bad.map(() => 401));
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(texts).size).toBe(1);
  expect((await me({ authorization: `Bearer ${token}` })).status).toBe(200);
});

test('gives the cookie its strict name over https', async () => {
  const more = { BURGEE_PUBLIC_URL: 'https://flags.example.com', BURGEE_ROLE: 'api' };
  const api = await startApi(await apiEnvironment(shop.database.apiUrl, more));
  try {
    const body = JSON.stringify({ accessToken: shop.tokens.admin });
    const response = await fetch(`${api.url}/auth/sign-in-with-token`, { method: 'POST', headers: ownPage, body });
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-burgee_session=.*; Path=\/; HttpOnly; SameSite=Strict; .*Secure$/,
    );
  } finally {
    await api.stop();
  }
});
