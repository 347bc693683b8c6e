import { afterAll, beforeAll, expect, test } from 'vitest';
import { newApiKey } from '../access/api-key.ts';
import { managedShop } from './graphql.support.ts';

let shop: Awaited<ReturnType<typeof managedShop>>;
const key = newApiKey('client', 'production');
beforeAll(async () => {
  shop = await managedShop();
  await shop.database.sql(
    `insert into burgee.api_key (environment_id, kind, name, key_hash, key_prefix)
     select id, 'client', 'test', $1, $2 from burgee.environment where key = 'production'`,
    [key.hash, key.prefix],
  );
});
afterAll(() => shop.stop());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${shop.api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${shop.tokens.viewer}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const refusal = async (response: Response) => {
  const { errors } = (await response.json()) as {
    errors: { message: string; extensions: { code: string; fix: string } }[];
  };
  return { status: response.status, message: errors[0]?.message, ...errors[0]?.extensions };
};
const refused = async (query: string) => refusal(await post({ query }));

test('refuses whoever shows no credential, and says so in the form of GraphQL', async () => {
  const response = await fetch(`${shop.api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ me { id } }"}',
  });
  expect(await refusal(response)).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
});

test('takes POST of JSON only', async () => {
  const get = await fetch(`${shop.api.url}/graphql?query={me{id}}`, {
    headers: { authorization: `Bearer ${shop.tokens.viewer}` },
  });
  expect(get.status).toBe(405);
  expect(get.headers.get('allow')).toBe('POST');
  for (const type of ['application/graphql', 'text/plain', 'application/x-www-form-urlencoded']) {
    expect((await post('{ me { id } }', { 'content-type': type })).status).toBe(415);
  }
});

test('answers pages of its own origin only', async () => {
  const query = { query: '{ me { email } }' };
  expect((await post(query, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post(query, { origin: 'null' })).status).toBe(403);
  const own = await post(query, { origin: shop.api.url });
  expect(own.status).toBe(200);
  expect(own.headers.get('access-control-allow-origin')).toBeNull();
});

test('takes one operation a request, and nothing beside it', async () => {
  expect(await refusal(await post([{ query: '{ me { id } }' }]))).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  expect(await refusal(await post({ query: '{ me { id } }', id: 'x' }))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await refusal(await post({ query: '{ me { id } }', variables: [] }))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await refusal(await post({ query: '' }))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await refusal(await post({ query: '{ me { id }' }))).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  expect(await refusal(await post({ query: 'subscription { me { id } }' }))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await refusal(await post({ query: 'query a { me { id } } query b { me { id } }' }))).toMatchObject({
    code: 'BAD_INPUT',
  });
});

test('takes no syntax tree in place of a text, which would go past the limit of tokens', async () => {
  const tree = JSON.stringify({ kind: 'Document', definitions: [] });
  expect(await refused(tree)).toMatchObject({ status: 400, code: 'BAD_INPUT' });
});

test('limits depth, also through fragments with a name that other limits skip', async () => {
  const deep = (levels: number) => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`;
  expect(await refused(`query ${deep(11)}`)).toMatchObject({ code: expect.stringMatching(/BAD_INPUT|LIMIT_EXCEEDED/) });
  const nested =
    '{ flags(project: "shop") { nodes { ...__schema } } } fragment __schema on Flag { settings { environment { ...e } } } fragment e on Environment { key }';
  expect((await post({ query: nested })).status).toBe(200);
  const inline = (levels: number): string => (levels === 0 ? '__typename' : `... on Query { ${inline(levels - 1)} }`);
  expect((await post({ query: `{ ${inline(30)} }` })).status).toBe(200);
});

test('limits aliases, __typename included', async () => {
  const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ');
  expect(await refused(`{ me { ${aliases} } }`)).toMatchObject({
    status: 400,
    code: 'LIMIT_EXCEEDED',
    message: 'the query has 31 aliases; at most 30',
  });
  const spread = `{ me { ...a ...a ...a } } fragment a on Me { ${aliases.slice(0, 200)} }`;
  expect(await refused(spread)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
});

test('limits root fields, directives, tokens and cost', async () => {
  const roots = Array.from({ length: 11 }, (_, index) => `a${index}: __typename`).join(' ');
  expect(await refused(`{ ${roots} }`)).toMatchObject({ message: 'the query asks 11 things at once; at most 10' });
  expect(await refused(`{ me { id ${'@include(if: true) '.repeat(21)} } }`)).toMatchObject({ status: 400 });
  expect(await refused(`{ me { ${'id '.repeat(2001)} } }`)).toMatchObject({
    message: 'the query has more than 2000 tokens',
  });
  const settings = Array.from(
    { length: 20 },
    (_, index) => `s${index}: settings { rules environment { id key name version } }`,
  );
  expect(await refused(`{ a: flags(project: "shop") { nodes { ${settings.join(' ')} } } }`)).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringContaining('the query costs'),
  });
});

test('weighs fragments in fragments once, and comes to an end where they name themselves', async () => {
  const chain = Array.from(
    { length: 60 },
    (_, index) => `fragment f${index} on Me { ...f${index + 1} ...f${index + 1} }`,
  ).join(' ');
  const started = performance.now();
  expect(await refused(`{ me { ...f0 } } ${chain} fragment f60 on Me { a: id }`)).toMatchObject({ status: 400 });
  expect(await refused('{ me { ...a } } fragment a on Me { ...a }')).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  expect(performance.now() - started).toBeLessThan(2000);
});

test('limits the body', async () => {
  const response = await post({ query: '{ me { id } }', variables: { a: 'x'.repeat(1_100_000) } });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BODY_TOO_LARGE' } }] });
});

test('shows the schema to members only, and hints at names to nobody else', async () => {
  const asked = { query: '{ __schema { types { name } } }' };
  expect((await post(asked)).status).toBe(200);
  const asKey = { authorization: `Bearer ${key.text}` };
  expect(await refusal(await post(asked, asKey))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  expect(
    await refusal(
      await post({ query: 'query { ...s } fragment s on Query { x: __type(name: "Me") { name } }' }, asKey),
    ),
  ).toMatchObject({
    code: 'FORBIDDEN',
  });
  const misspelt = { query: '{ evaluatio(context: {}) { flagKey } }' };
  expect((await refusal(await post(misspelt))).message).toContain('Did you mean');
  expect((await refusal(await post(misspelt, asKey))).message).not.toContain('Did you mean');
});

test('decides for a key what its other doors decide, and opens nothing else to it', async () => {
  const headers = { authorization: `Bearer ${key.text}` };
  const query =
    '{ evaluation(context: { targetingKey: "kim" }) { flagKey value variant reason ruleId errorMessage metadata } }';
  const { data } = (await (await post({ query }, headers)).json()) as {
    data: { evaluation: { flagKey: string; ruleId: unknown }[] };
  };
  const decisions = await fetch(`${shop.api.url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"context":{"targetingKey":"kim"}}',
  });
  const { flags } = (await decisions.json()) as { flags: Record<string, { value: unknown }> };
  expect(data.evaluation.map(({ flagKey }) => flagKey).sort()).toEqual(Object.keys(flags).sort());
  expect(data.evaluation.length).toBeGreaterThan(3);
  for (const one of data.evaluation) expect(one.ruleId).toBeNull();
  expect(await refusal(await post({ query: '{ evaluation(context: []) { flagKey } }' }, headers))).toMatchObject({
    code: 'INVALID_CONTEXT',
  });
  expect(await refusal(await post({ query: '{ projects { key } }' }, headers))).toMatchObject({
    code: 'FORBIDDEN',
    fix: 'Sign in, or use an access token.',
  });
  expect(await refusal(await post({ query }))).toMatchObject({
    code: 'FORBIDDEN',
    fix: 'Send a client key or a server key.',
  });
});
