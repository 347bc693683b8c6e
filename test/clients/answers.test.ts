import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Served, serve } from './served.ts';

interface Documented {
  readonly headers?: Record<string, { required: boolean; schema: object }>;
  readonly content?: Record<string, { schema: object }>;
}
interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, Documented> }>>;
}

let served: Served;
let limited: Served;
let document: Document;
const ajv = new Ajv2020({ strict: false });
beforeAll(async () => {
  served = await serve();
  limited = await serve({ BURGEE_KEY_RATE_LIMIT: '1', BURGEE_MAX_STREAMS: '1' });
  document = (await (await fetch(`${served.url}/openapi.json`)).json()) as Document;
  ajv.addSchema(document, 'openapi');
});
afterAll(async () => {
  await served.stop();
  await limited.stop();
});

const one = '/ofrep/v1/evaluate/flags/{key}';
const bulk = '/ofrep/v1/evaluate/flags';
const big = JSON.stringify({ context: { text: 'x'.repeat(300_000) } });

interface Asked {
  readonly method?: string;
  readonly key?: 'client' | 'server' | 'relay' | 'none';
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly flag?: string;
}

/** Every status that a door has, and what leads to it. */
const ways: readonly (readonly [door: string, status: number, asked: Asked])[] = [
  [one, 200, {}],
  [one, 400, { body: '{' }],
  [one, 400, { body: '{"context":7}' }],
  [one, 400, { flag: 'half' }],
  [one, 404, { flag: 'missing' }],
  [bulk, 200, {}],
  [bulk, 304, { headers: { 'if-none-match': '*' } }],
  [bulk, 400, { body: '[]' }],
  ['/ofrep/v1/events', 401, { method: 'GET', key: 'none' }],
  ['/v1/decisions', 200, {}],
  ['/v1/decisions', 304, { headers: { 'if-none-match': '*' } }],
  ['/v1/decisions', 400, { body: '{"context":[]}' }],
  ['/v1/ruleset', 200, { method: 'GET' }],
  ['/v1/ruleset', 200, { method: 'GET', key: 'relay' }],
  ['/v1/ruleset', 304, { method: 'GET', headers: { 'if-none-match': '*' } }],
  ['/v1/ruleset', 403, { method: 'GET', key: 'client' }],
  ['/v1/exposures', 202, { body: '{"batchId":"0d9a7f34-5d0e-4c39-9d41-0d8bd5d7e5f1","application":"shop"}' }],
  ['/v1/exposures', 400, { body: '{}' }],
  ...[one, bulk, '/v1/decisions'].map((door) => [door, 403, { key: 'relay' }] as const),
  ...[one, bulk, '/v1/decisions', '/v1/exposures'].flatMap((door) => [
    [door, 401, { key: 'none' }] as const,
    [door, 413, { body: big }] as const,
    [door, 415, { headers: { 'content-type': 'text/plain' }, body: 'x' }] as const,
  ]),
  ...[
    one,
    bulk,
    '/ofrep/v1/events',
    '/v1/decisions',
    '/v1/ruleset',
    '/v1/exposures',
    '/livez',
    '/readyz',
    '/openapi.json',
  ].flatMap((door) => [
    [door, 405, { method: 'DELETE' }] as const,
    [door, 431, { method: isRead(door) ? 'GET' : 'POST', headers: { 'x-long': 'x'.repeat(20_000) } }] as const,
  ]),
  ...['/livez', '/readyz', '/openapi.json'].map((door) => [door, 200, { method: 'GET', key: 'none' }] as const),
];

function isRead(door: string): boolean {
  return !/flags|decisions|exposures/.test(door);
}

function ask(
  from: Served,
  door: string,
  { method = 'POST', key = 'server', headers = {}, body, flag = 'checkout' }: Asked,
) {
  return fetch(from.url + door.replace('{key}', flag), {
    method,
    headers: {
      ...(key !== 'none' && { authorization: `Bearer ${from.keys[key]}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
}

/** An answer is as the document says: its status, its headers, its type and its body. */
async function expectDocumented(door: string, answer: Response): Promise<void> {
  const [operation] = Object.values(document.paths[door] ?? {});
  const documented = operation?.responses[answer.status];
  expect(documented, `${answer.status} of ${door} is not documented`).toBeDefined();
  for (const [name, { required, schema }] of Object.entries(documented?.headers ?? {})) {
    const value = answer.headers.get(name);
    if (required) expect(value, name).not.toBeNull();
    if (value !== null) expect(ajv.validate(schema, value), `${name}: ${value}`).toBe(true);
  }
  const text = await answer.text();
  if (documented?.content === undefined) expect(text).toBe('');
  else {
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const method = Object.keys(document.paths[door] ?? {})[0];
    const place = `${pointer(door)}/${method}/responses/${answer.status}/content/${pointer('application/json')}/schema`;
    expect(ajv.validate({ $ref: `openapi#/paths/${place}` }, JSON.parse(text)), `${text}: ${ajv.errorsText()}`).toBe(
      true,
    );
  }
}

function pointer(text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'));
}

test.each(ways)('%s answers %i as the document says', async (door, status, asked) => {
  const answer = await ask(served, door, asked);
  expect(answer.status).toBe(status);
  await expectDocumented(door, answer);
});

test('/ofrep/v1/events answers 503 as the document says', async () => {
  const { eventStreams } = (await (await ask(limited, bulk, {})).json()) as {
    eventStreams: [{ endpoint: { requestUri: string } }];
  };
  const address = limited.url + eventStreams[0].endpoint.requestUri;
  const first = new AbortController();
  const open = await fetch(address, { signal: first.signal });
  expect([open.status, open.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const second = await fetch(address);
  expect(second.status).toBe(503);
  await expectDocumented('/ofrep/v1/events', second);
  first.abort();
});

test.each([one, bulk, '/v1/decisions', '/v1/exposures'])('%s answers 429 as the document says', async (door) => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(limited, door, { body: '{}' })));
  const refused = answers.find(({ status }) => status === 429);
  if (refused === undefined) throw new Error('there was room for all');
  await expectDocumented(door, refused);
});
