import fc from 'fast-check';
import { expectNothingTold, troubleIn } from './cases.ts';
import type { Given } from './given.ts';
import { answersTo, bytesOf } from './wire.ts';

/** A text that requests carry where personal data would stand; no log may show it. */
export const sentCanary = 'canary-sent-c41d';

interface Drawn {
  readonly method: string;
  readonly path: string;
  readonly who: 'client' | 'server' | 'relay' | 'unknown' | 'typo' | 'shop' | 'nobody' | 'nonsense';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
  /** Stands in place of all that. */
  readonly bytes: Buffer | undefined;
}

const letters = fc.string({ unit: 'binary', maxLength: 40 });
const latin = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));

const doors = [
  '/ofrep/v1/evaluate/flags',
  '/ofrep/v1/evaluate/flags/checkout',
  '/ofrep/v1/evaluate/flags/half',
  '/ofrep/v1/events',
  '/v1/decisions',
  '/v1/ruleset',
  '/v1/exposures',
  '/v1/changes',
  '/graphql',
  '/graphql/import',
  '/auth/sign-in',
  '/auth/token',
  '/livez',
  '/readyz',
  '/reports/1',
  '/.well-known/jwks.json',
];
const printable = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});
const path = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...doors) },
  { weight: 3, arbitrary: letters.map((key) => `/ofrep/v1/evaluate/flags/${encodeURIComponent(key.toWellFormed())}`) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...doors), printable).map(([door, rest]) => `${door}${rest}`) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...doors), printable).map(([door, rest]) => `${door}?${rest}`) },
  { weight: 1, arbitrary: printable.map((rest) => `/${rest}`) },
);

const method = fc.oneof(
  { weight: 8, arbitrary: fc.constant('POST') },
  { weight: 3, arbitrary: fc.constant('GET') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'LOCK', 'M-SEARCH'),
  },
);

const value = fc.oneof(
  latin,
  fc.constantFrom(
    '*',
    '"x"',
    'W/"x", "y"',
    'text/event-stream',
    'application/json',
    'gzip',
    'null',
    'https://evil.example',
    'wait=abc',
    '-1',
    '1e9',
    sentCanary,
  ),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'accept',
    'accept-encoding',
    'if-none-match',
    'last-event-id',
    'prefer',
    'expect',
    'cookie',
    'origin',
    'x-api-key',
    'x-forwarded-for',
    'x-burgee-csrf',
    'content-encoding',
    'forwarded',
    'traceparent',
    'x-http-method-override',
  ),
  value,
  { maxKeys: 4 },
);

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
const attributes = fc.dictionary(
  fc.oneof(letters, fc.constantFrom('targetingKey', 'country', '__proto__', 'constructor')),
  fc.oneof(json, fc.constant(sentCanary)),
);
const document = fc.oneof(
  { weight: 4, arbitrary: attributes.map((context) => JSON.stringify({ context })) },
  { weight: 2, arbitrary: json.map((whole) => JSON.stringify(whole)) },
  { weight: 1, arbitrary: json.map((context) => JSON.stringify({ context })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(printable, json)
      .map(([query, variables]) => JSON.stringify({ query: `{ ${query} }`, variables })),
  },
);
/** Good JSON with a few bytes put in, taken out or exchanged. */
const broken = fc
  .tuple(
    document,
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1)), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([text, changes]) => {
    const list = [...Buffer.from(text)];
    for (const [at, byte, remove] of changes) list.splice(at % (list.length + 1), remove, byte);
    return Buffer.from(list);
  });
const body = fc.oneof(
  { weight: 5, arbitrary: document },
  { weight: 2, arbitrary: broken },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
/** Bytes with and without the look of a request. */
const wire = fc.oneof(
  bytes,
  fc
    .tuple(method, path, latin)
    .map(([verb, where, rest]) => Buffer.from(`${verb} ${where} HTTP/1.1\r\nHost: x\r\n${rest}\r\n\r\n`, 'latin1')),
  fc
    .tuple(fc.constantFrom('POST /v1/decisions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'), bytes)
    .map(([head, rest]) => Buffer.concat([Buffer.from(head), rest])),
);

const drawn: fc.Arbitrary<Drawn> = fc.record({
  method,
  path,
  who: fc.constantFrom('client', 'server', 'server', 'relay', 'unknown', 'typo', 'shop', 'nobody', 'nonsense'),
  headers,
  body,
  bytes: fc.option(wire, { nil: undefined, freq: 12 }),
});

const together = 25;

/** Draws requests, some at once, and checks what all answers have in common; fails with the smallest that it finds. */
export async function survive(given: Given, cases: number, seed?: number): Promise<void> {
  const crowd = fc.array(drawn, { minLength: 1, maxLength: together, size: 'max' });
  await fc.assert(
    fc.asyncProperty(crowd, async (requests) => {
      await Promise.all(requests.map((request) => checkOne(given, request)));
    }),
    { numRuns: Math.ceil(cases / (together / 2)), ...(seed !== undefined && { seed }) },
  );
}

async function checkOne(given: Given, request: Drawn): Promise<void> {
  const sent = written(given, request);
  const [answer] = await answersTo(given.port, sent, { enough: 1, isHalf: request.bytes !== undefined });
  if (answer === undefined) {
    if (request.bytes !== undefined) return; // half of nothing has no answer
    throw new Error('no answer');
  }
  if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.body}`);
  if (answer.status >= 400 && request.method !== 'HEAD') troubleIn(answer, sent.toString('latin1').split(' ')[1] ?? '');
  expectNothingTold(given, answer, request.who === 'server' || request.who === 'relay');
}

function written(
  given: Given,
  { method: verb, path: where, who, headers: more, body: content, bytes: instead }: Drawn,
): Buffer {
  if (instead !== undefined) return instead;
  const authorization = who === 'nonsense' ? 'Bearer \x80' : who === 'nobody' ? undefined : `Bearer ${given.keys[who]}`;
  return bytesOf({
    method: verb,
    path: where,
    headers: { authorization, ...more },
    ...(content !== undefined && { body: content }),
  });
}
