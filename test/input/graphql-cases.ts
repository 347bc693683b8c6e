import type { Case } from './cases.ts';
import type { Given } from './given.ts';

type Who = 'viewer' | 'admin' | 'client' | 'server' | 'nobody' | 'cookie';
interface Sent {
  readonly as?: Who;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const shown = ({ tokens, keys, session }: Given, as: Who): Record<string, string> => {
  if (as === 'nobody') return {};
  if (as === 'cookie') return { cookie: session.cookie };
  return { authorization: `Bearer ${{ ...tokens, ...keys }[as]}` };
};
const send =
  (body: unknown, { as = 'viewer', path = '/graphql', headers = {} }: Sent = {}) =>
  (given: Given) => ({
    path,
    headers: { ...shown(given, as), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const query = (text: string, more: Sent & { readonly variables?: unknown; readonly operationName?: unknown } = {}) => {
  const { variables, operationName, ...sent } = more;
  return send(
    {
      query: text,
      ...(variables !== undefined && { variables }),
      ...(operationName !== undefined && { operationName }),
    },
    sent,
  );
};

const limit = { status: 400, code: 'LIMIT_EXCEEDED' } as const;
const bad = { status: 400, code: 'BAD_INPUT' } as const;
const forbidden = { status: 403, code: 'FORBIDDEN' } as const;
const foreign = { ...forbidden, sentence: 'GraphQL answers pages of its own origin only.' };
const member = (kind: string) => ({
  status: 200,
  code: 'FORBIDDEN',
  sentence: `This door opens to a member, not to a ${kind} key.`,
});
const cursor = { status: 200, code: 'INVALID_CURSOR' } as const;
const onlyImport = { ...bad, sentence: 'this address takes the mutation importFlags only' };

const many = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at)).join(' ');
/** A type refers to itself nowhere but in introspection, so depth is asked there. */
const deepIntrospection = (levels: number) =>
  `{ __type(name: "Me") { fields { type ${'{ ofType '.repeat(levels)}{ name }${' }'.repeat(levels)} } } }`;
const flagsOf = (more: string) => `{ flags(project: "shop"${more}) { endCursor nodes { key } } }`;
const importing = (selection: string) =>
  `mutation($input: ImportFlagsInput!) { importFlags(input: $input) { ${selection} } }`;
const atImport = { as: 'admin', path: '/graphql/import' } as const;

const documents: readonly Case[] = [
  {
    name: 'introspection by a client key (Vercel GHSA-892p-pqrr-hxqr: a schema is not told)',
    ask: query('{ __schema { types { name } } }', { as: 'client' }),
    ...forbidden,
    sentence: 'The schema is shown to members only.',
  },
  {
    name: 'introspection by a server key, in a fragment and under another name',
    ask: query('{ ...s } fragment s on Query { x: __type(name: "Me") { name } }', { as: 'server' }),
    ...forbidden,
    sentence: 'The schema is shown to members only.',
  },
  { name: 'introspection by a member', ask: query('{ __schema { queryType { name } } }'), status: 200 },
  {
    name: 'introspection 17 deep',
    ask: query(deepIntrospection(14)),
    ...limit,
    sentence: 'the query is 18 deep; at most 16',
  },
  {
    name: 'a misspelt field by a key: no suggestion',
    ask: query('{ evaluatio(context: {}) { flagKey } }', { as: 'client' }),
    ...bad,
    sentence: 'Cannot query field "evaluatio" on type "Query".',
  },
  {
    name: 'a misspelt value by a key: no suggestion',
    ask: query('query($kind: FlagKind) { flags(project: "shop", kind: $kind) { endCursor } }', {
      as: 'client',
      variables: { kind: 'releas' },
    }),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'Variable "$kind" got invalid value "releas"; Value "releas" does not exist in "FlagKind" enum.',
  },
  {
    name: 'a misspelt field by a member: a suggestion',
    ask: query('{ mee { id } }'),
    ...bad,
    sentence: 'Cannot query field "mee" on type "Query". Did you mean "me"?',
  },
  {
    name: '11 levels (Mercurius CVE-2026-30241: one depth for all)',
    ask: query(
      `{ flags(project: "shop") { nodes { settings { environment { key ${'{ a '.repeat(8)}${'}'.repeat(8)} } } } } }`,
    ),
    ...limit,
    sentence: 'the query is 13 deep; at most 10',
  },
  {
    name: 'levels in a fragment named __schema (graphql-armor GHSA-hmfr-rx46-4jx2)',
    ask: query(
      `{ __type(name: "Me") { fields { type { ...__schema } } } } fragment __schema on __Type ${'{ ofType '.repeat(14)}{ name }${' }'.repeat(14)}`,
    ),
    ...limit,
    sentence: 'the query is 18 deep; at most 16',
  },
  {
    name: '31 aliases',
    ask: query(`{ me { ${many(31, (at) => `a${at}: id`)} } }`),
    ...limit,
    sentence: 'the query has 31 aliases; at most 30',
  },
  {
    name: '31 aliases of __typename (graphql-armor counts none of them)',
    ask: query(`{ me { ${many(31, (at) => `a${at}: __typename`)} } }`),
    ...limit,
    sentence: 'the query has 31 aliases; at most 30',
  },
  {
    name: '33 aliases in a fragment that is used three times',
    ask: query(`{ me { ...a ...a ...a } } fragment a on Me { ${many(11, (at) => `a${at}: id`)} }`),
    ...limit,
    sentence: 'the query has 33 aliases; at most 30',
  },
  {
    name: '11 root fields',
    ask: query(`{ ${many(11, () => 'me { id }')} }`),
    ...limit,
    sentence: 'the query asks 11 things at once; at most 10',
  },
  {
    name: '11 root fields in a fragment',
    ask: query(`{ ...r } fragment r on Query { ${many(11, () => 'me { id }')} }`),
    ...limit,
    sentence: 'the query asks 11 things at once; at most 10',
  },
  {
    name: '12 root fields in nameless fragments',
    ask: query(`{ ${many(4, () => '... on Query { me { id } me { id } me { id } }')} }`),
    ...limit,
    sentence: 'the query asks 12 things at once; at most 10',
  },
  { name: 'a field repeated 600 times', ask: query(`{ me { ${'id '.repeat(600)} } }`), status: 200 },
  {
    name: 'lists in lists in lists',
    ask: query(
      `{ flags(project: "shop") { nodes { ${many(20, (at) => `s${at}: settings { rules environment { id key name version } }`)} } } }`,
    ),
    ...limit,
  },
  {
    name: '2,001 tokens',
    ask: query(`{ me { ${'id '.repeat(2001)} } }`),
    ...limit,
    sentence: 'the query has more than 2000 tokens',
  },
  {
    name: '21 directives',
    ask: query(`{ me { ${'id @include(if: true) '.repeat(21)} } }`),
    ...limit,
    sentence: 'the query has 21 directives; at most 20',
  },
  {
    name: 'a directive twice at one place',
    ask: query('{ me { id @include(if: true) @include(if: true) } }'),
    ...bad,
    sentence: 'The directive "@include" can only be used once at this location.',
  },
  {
    name: 'an unknown directive',
    ask: query('{ me { id @uppercase } }'),
    ...bad,
    sentence: 'Unknown directive "@uppercase".',
  },
  { name: '@defer', ask: query('{ ... @defer { me { id } } }'), ...bad, sentence: 'Unknown directive "@defer".' },
  {
    name: '@stream',
    ask: query('{ projects @stream(initialCount: 0) { key } }'),
    ...bad,
    sentence: 'Unknown directive "@stream".',
  },
  {
    name: 'a fragment in itself',
    ask: query('{ me { ...a } } fragment a on Me { ...a }'),
    ...bad,
    sentence: 'Cannot spread fragment "a" within itself.',
  },
  {
    name: 'two fragments in each other',
    ask: query('{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }'),
    ...bad,
    sentence: 'Cannot spread fragment "a" within itself via "b".',
  },
  {
    name: 'a fragment that nobody uses',
    ask: query('{ me { id } } fragment a on Me { id }'),
    ...bad,
    sentence: 'Fragment "a" is never used.',
  },
  {
    name: 'a fragment that is not there',
    ask: query('{ me { ...nowhere } }'),
    ...bad,
    sentence: 'Unknown fragment "nowhere".',
  },
  {
    name: 'sixty fragments that double each other',
    ask: query(
      `{ me { ...f0 } } ${many(60, (at) => `fragment f${at} on Me { ...f${at + 1} ...f${at + 1} }`)} fragment f60 on Me { a: id }`,
    ),
    ...limit,
  },
  {
    name: 'a subscription (Mercurius CVE-2026-30241: none is served)',
    ask: query('subscription { me { id } }'),
    ...bad,
    sentence: 'subscriptions are not served: GET /v1/changes tells what changed',
  },
  {
    name: 'a document cut off',
    ask: query('{ me { id }'),
    ...bad,
    sentence: 'Syntax Error: Expected Name, found <EOF>.',
  },
  { name: 'a definition of a type', ask: query('type Query { a: Int }'), ...bad },
  {
    name: 'a control character in the document',
    ask: query('{ me { \u0000id } }'),
    ...bad,
    sentence: 'Syntax Error: Unexpected character: U+0000.',
  },
  { name: 'a document of brackets only', ask: query('{'.repeat(1900)), ...bad },
];

const requests: readonly Case[] = [
  {
    name: 'a batch',
    ask: send([{ query: '{ me { id } }' }, { query: '{ me { id } }' }]),
    ...bad,
    sentence: 'send one operation a request, not a list',
  },
  { name: 'an empty document', ask: query(''), ...bad, sentence: 'send { "query": "…", "variables": { … } }' },
  { name: 'no body', ask: send(''), ...bad, sentence: 'send { "query": "…", "variables": { … } }' },
  {
    name: 'a body that is no JSON (Mercurius CVE-2021-43801: a bad body ends nothing)',
    ask: send('{"query":'),
    status: 400,
    code: 'PARSE_ERROR',
    sentence: 'body is not JSON: unexpected end at byte 9',
  },
  {
    name: 'a syntax tree instead of a text',
    ask: send({ query: { kind: 'Document', definitions: [] } }),
    ...bad,
    sentence: 'send { "query": "…", "variables": { … } }',
  },
  {
    name: 'something beside the query',
    ask: send({ query: '{ me { id } }', id: 'x' }),
    ...bad,
    sentence: 'unknown member "id" beside the query',
  },
  {
    name: 'more than 1 MiB',
    ask: query('{ me { id } }', { variables: { a: 'x'.repeat(1_048_576) } }),
    status: 413,
    code: 'BODY_TOO_LARGE',
    sentence: 'the body is larger than 1024 KiB',
  },
  {
    name: 'variables as a list',
    ask: query('{ me { id } }', { variables: [] }),
    ...bad,
    sentence: 'variables must be an object',
  },
  {
    name: 'a variable that is missing',
    ask: query('query($p: String!) { project(key: $p) { key } }'),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'Variable "$p" of required type "String!" was not provided.',
  },
  { name: 'a variable too many', ask: query('{ me { name } }', { variables: { nobody: 'asked' } }), status: 200 },
  {
    name: 'a variable of another type',
    ask: query('query($p: String!) { project(key: $p) { key } }', { variables: { p: 1 } }),
    status: 400,
    code: 'BAD_INPUT',
    sentence: 'Variable "$p" got invalid value 1; String cannot represent a non string value: 1',
  },
  {
    name: 'a variable that no document declares',
    ask: query('{ project(key: $p) { key } }', { variables: { p: 'shop' } }),
    ...bad,
    sentence: 'Variable "$p" is not defined.',
  },
  {
    name: 'a variable of a type that is not there',
    ask: query('query($p: Nothing) { project(key: $p) { key } }'),
    ...bad,
    sentence: 'Unknown type "Nothing". Did you mean "String"?',
  },
  {
    name: 'a context 33 deep in a variable',
    ask: query('query($c: JSON!) { evaluation(context: $c) { flagKey } }', {
      as: 'server',
      variables: { c: JSON.parse(`${'{"a":'.repeat(32)}{}${'}'.repeat(32)}`) },
    }),
    status: 200,
    code: 'INVALID_CONTEXT',
    sentence: 'context is too deep: at most 32 levels',
  },
  {
    name: 'a context of 1,001 keys in a variable',
    ask: query('query($c: JSON!) { evaluation(context: $c) { flagKey } }', {
      as: 'server',
      variables: { c: Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`k${at}`, 1])) },
    }),
    status: 200,
    code: 'INVALID_CONTEXT',
    sentence: 'context is too large: at most 1,000 keys and list entries',
  },
  {
    name: 'a context 300 deep in the document',
    ask: query(`{ evaluation(context: ${'{a:'.repeat(300)}1${'}'.repeat(300)}) { flagKey } }`, { as: 'server' }),
    status: 200,
    code: 'INVALID_CONTEXT',
    sentence: 'context is too deep: at most 32 levels',
  },
  {
    name: 'a text of 500 kB where a number belongs',
    ask: query('query($n: Int) { flags(project: "shop", first: $n) { endCursor } }', {
      variables: { n: 'x'.repeat(500_000) },
    }),
    ...bad,
  },
  {
    name: '__proto__ as a variable',
    ask: send(
      '{"query":"query($c: JSON!) { evaluation(context: $c) { flagKey } }","variables":{"c":{"__proto__":{"a":1}},"__proto__":{"c":1}}}',
      { as: 'client' },
    ),
    status: 200,
  },
  { name: 'a page of 0', ask: query(flagsOf(', first: 0')), ...cursor, sentence: 'a page has 1 to 200 entries, not 0' },
  {
    name: 'a page of -1',
    ask: query(flagsOf(', first: -1')),
    ...cursor,
    sentence: 'a page has 1 to 200 entries, not -1',
  },
  {
    name: 'a page of 1e9',
    ask: query(flagsOf(', first: 1000000000')),
    ...cursor,
    sentence: 'a page has 1 to 200 entries, not 1000000000',
  },
  {
    name: 'a page of more than a number holds',
    ask: query(flagsOf(', first: 99999999999')),
    ...bad,
    sentence: 'Int cannot represent non 32-bit signed integer value: 99999999999',
  },
  {
    name: 'a forged cursor (Ory CVE-2026-33503: a forged page token)',
    ask: query(flagsOf(`, after: "${Buffer.from("checkout' or 1=1 --".padStart(40)).toString('base64url')}"`)),
    ...cursor,
    sentence: 'this cursor does not belong to this list',
  },
  {
    name: 'a cursor that is no base64',
    ask: query(flagsOf(', after: "?? $$ ??"')),
    ...cursor,
    sentence: 'this cursor does not belong to this list',
  },
  {
    name: 'an empty cursor',
    ask: query(flagsOf(', after: ""')),
    ...cursor,
    sentence: 'this cursor does not belong to this list',
  },
  {
    name: 'a cursor of 100 kB',
    ask: query('query($a: String) { flags(project: "shop", after: $a) { endCursor } }', {
      variables: { a: 'A'.repeat(100_000) },
    }),
    ...cursor,
    sentence: 'this cursor does not belong to this list',
  },
  {
    name: 'a cut cursor',
    ask: (given) => query(flagsOf(`, after: "${given.cursor.slice(0, -2)}"`))(given),
    ...cursor,
    sentence: 'this cursor does not belong to this list',
  },
  {
    name: 'a cursor of another list',
    ask: (given) => query(`{ audit(project: "shop", after: "${given.cursor}") { endCursor } }`)(given),
    ...cursor,
    sentence: 'this cursor does not belong to this list',
  },
  { name: 'a good cursor', ask: (given) => query(flagsOf(`, after: "${given.cursor}"`))(given), status: 200 },
  {
    name: 'an operation that is not there',
    ask: query('query a { me { id } }', { operationName: 'b' }),
    ...bad,
    sentence: 'Unknown operation named "b".',
  },
  {
    name: 'an operation named by a number',
    ask: query('query a { me { id } }', { operationName: 1 }),
    ...bad,
    sentence: 'operationName must be text',
  },
  {
    name: 'two operations and no name',
    ask: query('query a { me { id } } query b { me { id } }'),
    ...bad,
    sentence: 'Must provide operation name if query contains multiple operations.',
  },
  {
    name: 'two operations, the other one too large',
    ask: query(`query a { me { name } } query b { me { ${many(31, (at) => `a${at}: id`)} } }`, { operationName: 'a' }),
    ...limit,
    sentence: 'the query has 31 aliases; at most 30',
  },
  {
    name: 'a persisted query',
    ask: send({
      extensions: {
        persistedQuery: { version: 1, sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38' },
      },
    }),
    ...bad,
    sentence: 'send { "query": "…", "variables": { … } }',
  },
  {
    name: "a persisted query in Mercurius's form",
    ask: send({ query: 'ecf4edb46db4', persisted: true }),
    ...bad,
    sentence: 'unknown member "persisted" beside the query',
  },
  {
    name: 'a wish for tracing',
    ask: query('{ me { name } }', { headers: { 'apollo-tracing': '1', 'apollo-federation-include-trace': 'ftv1' } }),
    status: 200,
    shows: { body: '{"data":{"me":{"name":"Vik Viewer"}}}' },
  },
];

const doors: readonly Case[] = [
  {
    name: 'no credential',
    ask: query('{ me { id } }', { as: 'nobody' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'send a key as Authorization: Bearer',
  },
  {
    name: 'a client key where members manage',
    ask: query('{ projects { key } }', { as: 'client' }),
    ...member('client'),
  },
  {
    name: 'a server key where members manage',
    ask: query('mutation { createProject(input: { key: "x", name: "x" }) { key } }', { as: 'server' }),
    ...member('server'),
  },
  {
    name: 'a form (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'application/json only',
  },
  {
    name: 'text/plain (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'content-type': 'text/plain' } }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'application/json only',
  },
  {
    name: 'a form in parts (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'content-type': 'multipart/form-data; boundary=x' } }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    sentence: 'application/json only',
  },
  {
    name: 'a cookie without our header (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie' }),
    ...forbidden,
    sentence: 'A request with a session cookie must come from the admin page.',
  },
  {
    name: 'a cookie with our header',
    ask: query('{ me { name } }', { as: 'cookie', headers: { 'x-burgee-csrf': '1' } }),
    status: 200,
  },
  {
    name: 'a cookie and a foreign origin (CSRF)',
    ask: query('{ me { id } }', { as: 'cookie', headers: { 'x-burgee-csrf': '1', origin: 'https://evil.example' } }),
    ...forbidden,
    sentence: 'A request with a session cookie must come from the admin page.',
  },
  {
    name: 'a foreign origin',
    ask: query('{ me { id } }', { headers: { origin: 'https://evil.example' } }),
    ...foreign,
  },
  { name: 'the origin null', ask: query('{ me { id } }', { headers: { origin: 'null' } }), ...foreign },
  {
    name: 'an origin that begins like ours',
    ask: query('{ me { id } }', { headers: { origin: 'http://127.0.0.1.evil.example' } }),
    ...foreign,
  },
  {
    name: 'a preflight (CORS)',
    ask: () => ({
      method: 'OPTIONS',
      path: '/graphql',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'use POST here, not OPTIONS',
  },
  {
    name: 'a query in the address',
    ask: (given) => ({ method: 'GET', path: '/graphql?query=%7Bme%7Bid%7D%7D', headers: shown(given, 'viewer') }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'use POST here, not GET',
  },
  {
    name: 'a page at the door',
    ask: (given) => ({ method: 'GET', path: '/graphql', headers: { ...shown(given, 'viewer'), accept: 'text/html' } }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    sentence: 'use POST here, not GET',
  },
  ...['/graphiql', '/playground', '/altair', '/graphql/playground', '/graphql/schema.graphql'].map(
    (path): Case => ({
      name: `a page for trying out at ${path}`,
      ask: (given) => ({ method: 'GET', path, headers: { ...shown(given, 'viewer'), accept: 'text/html' } }),
      status: 404,
      code: 'NOT_FOUND',
      sentence: 'there is nothing at this address',
    }),
  ),
];

/** The second door has the limits of the first. */
const importDoor: readonly Case[] = [
  {
    name: 'no credential at the door for imports',
    ask: query('{ me { id } }', { as: 'nobody', path: '/graphql/import' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'sign in, or send an access token as Authorization: Bearer',
  },
  {
    name: 'a server key at the door for imports',
    ask: query('{ me { id } }', { as: 'server', path: '/graphql/import' }),
    status: 401,
    code: 'UNAUTHORIZED',
    sentence: 'sign in, or send an access token as Authorization: Bearer',
  },
  {
    name: "a stranger's 20 MB at the door for imports, which is not read",
    ask: () => ({
      path: '/graphql/import',
      headers: { authorization: 'Bearer a.b.c', 'content-length': '20000000' },
      body: '{',
    }),
    status: 401,
    code: 'INVALID_TOKEN',
    sentence: 'the token is not good, or no longer',
  },
  { name: 'a query at the door for imports', ask: query('{ me { id } }', atImport), ...onlyImport },
  {
    name: 'introspection at the door for imports',
    ask: query('{ __schema { types { name } } }', atImport),
    ...onlyImport,
  },
  {
    name: 'a second mutation beside the import',
    ask: query('mutation { importFlags { x } archiveFlag { x } }', atImport),
    ...onlyImport,
  },
  {
    name: 'a batch at the door for imports',
    ask: send([{ query: '{ me { id } }' }], atImport),
    ...bad,
    sentence: 'send one operation a request, not a list',
  },
  {
    name: '31 aliases at the door for imports (Mercurius CVE-2026-30241: limits at every door)',
    ask: query(importing(many(31, (at) => `a${at}: __typename`)), { ...atImport, variables: { input: {} } }),
    ...limit,
    sentence: 'the query has 31 aliases; at most 30',
  },
  {
    name: '11 imports at once',
    ask: query(
      `mutation($input: ImportFlagsInput!) { ${many(11, () => 'importFlags(input: $input) { __typename }')} }`,
      { ...atImport, variables: { input: {} } },
    ),
    ...limit,
    sentence: 'the query asks 11 things at once; at most 10',
  },
  {
    name: '2,001 tokens at the door for imports',
    ask: query(importing('a '.repeat(2001)), atImport),
    ...limit,
    sentence: 'the query has more than 2000 tokens',
  },
  {
    name: 'no JSON at the door for imports',
    ask: send('{"query":"', atImport),
    status: 400,
    code: 'PARSE_ERROR',
    sentence: 'body is not JSON: unexpected end at byte 10',
  },
  {
    name: 'a foreign origin at the door for imports',
    ask: query(importing('__typename'), { ...atImport, headers: { origin: 'https://evil.example' } }),
    ...foreign,
  },
];

/** List B. */
export const graphqlCases: readonly Case[] = [...documents, ...requests, ...doors, ...importDoor];
