import type { Case } from '../cases.ts';
import { bad, limit, many, query, send } from './sending.ts';

const cursor = { status: 200, code: 'INVALID_CURSOR' } as const;
const flagsOf = (more: string) => `{ flags(project: "shop"${more}) { endCursor nodes { key } } }`;

/** List B: what is sent with a document. */
export const requestCases: readonly Case[] = [
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
    name: 'a text of a million characters with a raw line feed at its end',
    ask: send(`"${'a'.repeat(1_000_000)}\n"`),
    status: 400,
    code: 'PARSE_ERROR',
    sentence: 'body is not JSON: unexpected character at byte 1000001',
  },
  {
    name: 'a million open lists',
    ask: send('['.repeat(1_000_000)),
    status: 400,
    code: 'PARSE_ERROR',
    sentence: 'body is not JSON: unexpected end at byte 1000000',
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
  {
    name: 'a list as context',
    ask: query('{ explain(project: "shop", environment: "production", flag: "x", context: [1]) { __typename } }'),
    status: 200,
    code: 'INVALID_CONTEXT',
    sentence: 'context must be an object',
  },
  {
    name: 'a NUL in a text (Ory CVE-2026-33504: what reaches SQL)',
    ask: query('{ flags(project: "shop", search: "a\\u0000") { totalCount } }'),
    status: 200,
    code: 'BAD_INPUT',
    sentence: 'A text holds a NUL character, which Postgres cannot keep.',
  },
  {
    name: 'signs of SQL in a text',
    ask: query('{ flags(project: "shop", search: "%_\\\\\\u0027 or 1=1 --") { totalCount } }'),
    status: 200,
    shows: { body: '{"data":{"flags":{"totalCount":0}}}' },
  },
  {
    name: 'a number that no column takes',
    ask: query('mutation { createProject(input: { key: "p", name: "p", staleAfterDays: 1e300 }) { key } }', {
      as: 'admin',
    }),
    status: 200,
    code: 'BAD_INPUT',
    sentence: 'A number is too large for its place.',
  },
  {
    name: 'half a surrogate pair where a flag keeps it',
    ask: query('mutation($input: CreateFlagInput!) { createFlag(input: $input) { key } }', {
      as: 'admin',
      variables: {
        input: { project: 'shop', key: 'half', kind: 'release', owner: 'a', variants: { a: '\ud800', b: 1 } },
      },
    }),
    status: 200,
    code: 'BAD_INPUT',
    sentence: 'A value has the wrong form for its place: Unicode low surrogate must follow a high surrogate.',
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
