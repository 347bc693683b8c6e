import type { Header, MediaType, Response, Responses, Schema } from './shape.ts';

/** Points to a schema of the document's own. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An answer in JSON. */
export function json(schema: Schema, example?: unknown): Readonly<Record<string, MediaType>> {
  return { 'application/json': { schema, ...(example !== undefined && { example }) } };
}

export const headers = {
  etag: {
    description: 'Names this answer; send it back as If-None-Match.',
    required: true,
    schema: { type: 'string', pattern: '^"[^"]+"$' },
  },
  cacheControl: { description: 'Ask before you use it again.', required: true, schema: { const: 'no-cache' } },
  retryAfter: {
    description: 'Whole seconds to wait.',
    required: true,
    schema: { type: 'string', pattern: '^[1-9][0-9]*$' },
  },
  allow: { description: 'The methods of this address.', required: true, schema: { type: 'string' } },
  wwwAuthenticate: { description: 'How to say who asks.', required: true, schema: { const: 'Bearer' } },
  preferenceApplied: {
    description: 'The wait that was kept, where one was asked for.',
    required: false,
    schema: { type: 'string', pattern: '^wait=[0-9]+$' },
  },
} as const satisfies Record<string, Header>;

type Trouble = 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 429 | 431 | 500 | 503;

/** In what form a door tells trouble: OFREP's clients read OFREP's. */
export type Form = 'trouble' | 'ofrepTrouble';

/** The answers of a door when something is in the way. */
export function troubles(form: Form, statuses: readonly Trouble[]): Responses {
  return Object.fromEntries(statuses.map((status) => [String(status), trouble(form, status)]));
}

/** What any address with a key and a body can answer. */
export const withBody = [400, 401, 403, 405, 408, 413, 415, 429, 431, 500, 503] as const satisfies Trouble[];
/** What any address with a key can answer. */
export const withoutBody = [400, 401, 403, 405, 408, 429, 431, 500, 503] as const satisfies Trouble[];

function trouble(form: Form, status: Trouble): Response {
  const more = headersOf[status];
  const schema = schemaOf(form, status);
  return { description: said[status], ...(more !== undefined && { headers: more }), content: json(schema) };
}

/** Before a request can be read nobody knows which door it is for: the answer has both forms. */
function schemaOf(form: Form, status: Trouble): Schema {
  if (status === 408 || status === 431) return ref('wireTrouble');
  return status === 400 ? { anyOf: [ref(form), ref('wireTrouble')] } : ref(form);
}

const headersOf: Readonly<Partial<Record<Trouble, Readonly<Record<string, Header>>>>> = {
  401: { 'WWW-Authenticate': headers.wwwAuthenticate },
  405: { Allow: headers.allow },
  429: { 'Retry-After': headers.retryAfter },
  503: { 'Retry-After': headers.retryAfter },
};

const said: Readonly<Record<Trouble, string>> = {
  400: 'The question cannot be answered as it was asked; the sentence says where and why.',
  401: 'No key, two keys, or one that is unknown, expired or revoked.',
  403: 'This kind of key does not open this door.',
  404: 'There is no such flag, or none that this key may see.',
  405: 'Another method is needed here.',
  408: 'The request did not arrive in time.',
  413: 'The body is too large.',
  415: 'The body is not said to be JSON.',
  429: 'Too many requests with this key or from this address.',
  431: 'The headers are too large.',
  500: 'A fault of ours; the log has more.',
  503: 'Not at the moment: nothing is loaded yet, a key cannot be checked, there are too many streams, or too much to do.',
};
