import type { Case } from '../cases.ts';
import { bad, forbidden, limit, many, query } from './sending.ts';

const deepIntrospection = (levels: number) =>
  `{ __type(name: "Me") { fields { type ${'{ ofType '.repeat(levels)}{ name }${' }'.repeat(levels)} } } }`;

/** List B: what a document asks for. */
export const documentCases: readonly Case[] = [
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
