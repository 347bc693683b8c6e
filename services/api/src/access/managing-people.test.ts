import { eventually } from '@burgee/test/support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { managedShop } from '../graphql/graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
beforeAll(async () => {
  shop = await managedShop();
});
afterAll(() => shop.stop());

test('makes a key that opens its environment, shows it once, and cuts it off when it is revoked', async () => {
  const { createApiKey } = await shop.get(
    'admin',
    'mutation { createApiKey(input: { project: "shop", environment: "staging", kind: client, name: "web" }) { secret apiKey { id environment kind name prefix createdAt revokedAt } } }',
  );
  expect(createApiKey.secret).toMatch(/^bgy_client_staging_[0-9A-Za-z]{28}$/);
  expect(createApiKey.apiKey).toMatchObject({ environment: 'staging', kind: 'client', name: 'web', revokedAt: null });
  expect(createApiKey.secret).toContain(`_${createApiKey.apiKey.prefix}`);
  const decide = () =>
    fetch(`${shop.api.url}/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${createApiKey.secret}` },
      body: '{}',
    });
  expect((await decide()).status).toBe(200);
  const stored = JSON.stringify(await shop.database.sql('select * from burgee.api_key'));
  const audited = JSON.stringify(await shop.database.sql('select * from burgee.audit_entry'));
  expect(stored + audited).not.toContain(createApiKey.secret.slice(-20));
  expect(JSON.stringify(await shop.get('developer', '{ apiKeys(project: "shop") { id name prefix } }'))).toContain(
    '"web"',
  );
  expect(await shop.lastEntry('web')).toMatchObject({
    subject: 'api_key',
    operation: 'insert',
    actor: 'ada@shop.example',
    door: 'cli',
  });
  const revoke = `mutation { revokeApiKey(id: "${createApiKey.apiKey.id}") { revokedAt } }`;
  expect((await shop.get('admin', revoke)).revokeApiKey.revokedAt).toEqual(expect.any(String));
  expect((await shop.get('admin', revoke)).revokeApiKey.revokedAt).toEqual(expect.any(String));
  await eventually(async () => expect((await decide()).status).toBe(401), { timeoutMs: 5000 });
});

test('refuses keys that end before they begin, have two lines of name, or belong nowhere', async () => {
  const make = (more: string) =>
    `mutation { createApiKey(input: { project: "shop", kind: server, ${more} }) { secret } }`;
  expect(await shop.codeOf('admin', make('environment: "staging", name: "x", expiresAt: "2020-01-01T00:00:00Z"'))).toBe(
    'BAD_INPUT',
  );
  expect(await shop.codeOf('admin', make('environment: "staging", name: "x", expiresAt: "2020-02-30T00:00:00Z"'))).toBe(
    'BAD_INPUT',
  );
  expect(await shop.codeOf('admin', make('environment: "staging", name: "a\\nb"'))).toBe('BAD_INPUT');
  expect(await shop.codeOf('admin', make('environment: "moon", name: "x"'))).toBe('NOT_FOUND');
});

test('makes, lists and ends access tokens of one’s own', async () => {
  const { createAccessToken } = await shop.get(
    'viewer',
    'mutation { createAccessToken(name: "laptop", expiresInDays: 30) { secret accessToken { id name expiresAt } } }',
  );
  expect(createAccessToken.secret).toMatch(/^bgp_[0-9A-Za-z]{40}$/);
  const days = (Date.parse(createAccessToken.accessToken.expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  const asToken = () =>
    fetch(`${shop.api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${createAccessToken.secret}` },
      body: '{"query":"{ me { email accessTokens { name } } }"}',
    });
  expect(await (await asToken()).json()).toMatchObject({ data: { me: { email: 'vik@shop.example' } } });
  expect(await shop.get('viewer', `mutation { revokeAccessToken(id: "${createAccessToken.accessToken.id}") }`)).toEqual(
    { revokeAccessToken: true },
  );
  expect((await asToken()).status).toBe(401);
  expect(await shop.codeOf('viewer', 'mutation { createAccessToken(name: "x", expiresInDays: 0) { secret } }')).toBe(
    'BAD_INPUT',
  );
  expect(await shop.codeOf('viewer', 'mutation { createAccessToken(name: " ") { secret } }')).toBe('BAD_INPUT');
});

test('makes a project of which its maker is the administrator, and warns while nothing there is production', async () => {
  const made = await shop.get(
    'admin',
    'mutation { createProject(input: { key: "second", name: "Second", staleAfterDays: 30 }) { key staleAfterDays environments { key } warnings } }',
  );
  expect(made.createProject).toMatchObject({
    key: 'second',
    staleAfterDays: 30,
    environments: [],
    warnings: [expect.stringContaining('no environment')],
  });
  const add = (key: string, isProduction: boolean) =>
    `mutation { createEnvironment(input: { project: "second", key: "${key}", name: "E", isProduction: ${isProduction} }) { key isProduction version } }`;
  await shop.get('admin', add('dev', false));
  expect((await shop.get('admin', '{ project(key: "second") { warnings } }')).project.warnings).toEqual([
    expect.stringContaining('no production'),
  ]);
  await shop.get('admin', add('live', true));
  expect(await shop.get('admin', '{ project(key: "second") { warnings environments { key isProduction } } }')).toEqual({
    project: {
      warnings: [],
      environments: [
        { key: 'dev', isProduction: false },
        { key: 'live', isProduction: true },
      ],
    },
  });
  expect(await shop.codeOf('admin', 'mutation { createProject(input: { key: "Second", name: "x" }) { key } }')).toMatch(
    /KEY_EXISTS|INVALID_KEY/,
  );
  expect(await shop.codeOf('admin', 'mutation { createProject(input: { key: "third", name: "" }) { key } }')).toBe(
    'BAD_INPUT',
  );
  expect(
    await shop.codeOf(
      'admin',
      'mutation { createProject(input: { key: "third", name: "x", staleAfterDays: -1 }) { key } }',
    ),
  ).toBe('BAD_INPUT');
});

test('adds a member with a password, once', async () => {
  const add = (more: string) =>
    `mutation { createMember(input: { project: "shop", name: "Nia", role: developer, ${more} }) { email role } }`;
  const { createMember } = await shop.get('admin', add('email: "NIA@shop.example", password: "a good password"'));
  expect(createMember).toEqual({ email: 'nia@shop.example', role: 'developer' });
  const signIn = await fetch(`${shop.api.url}/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"email":"nia@shop.example","password":"a good password"}',
  });
  expect(signIn.status).toBe(200);
  expect(await shop.codeOf('admin', add('email: "nia@shop.example", password: "another password"'))).toBe('BAD_INPUT');
  expect(await shop.codeOf('admin', add('email: "short@shop.example", password: "short"'))).toBe('BAD_INPUT');
  expect(await shop.codeOf('admin', add('email: "no address"'))).toBe('BAD_INPUT');
  const everything = JSON.stringify(await shop.database.sql('select * from burgee.audit_entry'));
  expect(everything).not.toContain('argon2');
});

test('changes one’s own password with the old one, and ends every other session', async () => {
  const email = 'pat@shop.example';
  await shop.get(
    'admin',
    `mutation { createMember(input: { project: "shop", name: "Pat", role: viewer, email: "${email}", password: "a first password" }) { id } }`,
  );
  const signIn = async (password: string) => {
    const response = await fetch(`${shop.api.url}/auth/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    return { status: response.status, token: ((await response.json()) as { token?: string }).token ?? '' };
  };
  const ask = async (token: string, query: string) =>
    (await (
      await fetch(`${shop.api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      })
    ).json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  const change = (current: string, next: string) =>
    `mutation { changePassword(current: "${current}", next: "${next}") }`;
  const [mine, elsewhere] = [(await signIn('a first password')).token, (await signIn('a first password')).token];

  const guessed = await ask(mine, change('a guess', 'a second password'));
  expect(guessed.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const short = await ask(mine, change('a first password', 'short'));
  expect(short.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect((await ask(elsewhere, '{ me { id } }')).errors).toBeUndefined();

  expect(await ask(mine, change('a first password', 'a second password'))).toEqual({ data: { changePassword: true } });
  expect((await ask(mine, '{ me { id } }')).errors).toBeUndefined();
  expect((await ask(elsewhere, '{ me { id } }')).errors?.[0]?.extensions.code).toBe('INVALID_TOKEN');
  expect((await signIn('a first password')).status).toBe(401);
  expect((await signIn('a second password')).status).toBe(200);
  for (let tries = 0; tries < 10; tries += 1) await ask(mine, change('a guess', 'x'));
  const shut = await ask(mine, change('a second password', 'a third password'));
  expect(shut.errors?.[0]?.extensions.code).toBe('TOO_MANY_REQUESTS');
});

test('refuses to leave a project without an administrator', async () => {
  const ada = (await shop.get('admin', '{ me { id } }')).me.id;
  const give = (role: string) =>
    `mutation { setMemberRole(project: "shop", memberId: "${ada}", role: ${role}) { role } }`;
  expect(await shop.codeOf('admin', give('null'))).toBe('IN_USE');
  expect(await shop.codeOf('admin', give('viewer'))).toBe('IN_USE');
  expect((await shop.get('admin', give('admin'))).setMemberRole).toEqual({ role: 'admin' });
});
