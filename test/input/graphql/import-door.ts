import type { Case } from '../cases.ts';
import { bad, foreign, limit, many, query, send } from './sending.ts';

const onlyImport = { ...bad, sentence: 'this address takes the mutation importFlags only' };
const importing = (selection: string) =>
  `mutation($input: ImportFlagsInput!) { importFlags(input: $input) { ${selection} } }`;
const atImport = { as: 'admin', path: '/graphql/import' } as const;

/** List B: the second door has the limits of the first. */
export const importDoorCases: readonly Case[] = [
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
