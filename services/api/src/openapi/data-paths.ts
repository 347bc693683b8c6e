import { headers, json, ref, troubles, withBody, withoutBody } from './answers.ts';
import type { MediaType, Parameter, Paths, Schema } from './shape.ts';

const ifNoneMatch: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The ETag of an earlier answer: 304 when it would be the same again.',
  schema: { type: 'string' },
};
const prefer: Parameter = {
  name: 'Prefer',
  in: 'header',
  description: '`wait=N` with If-None-Match: the answer waits until it is another one, N seconds (1 to 55) at most.',
  schema: { type: 'string' },
};
const level: Parameter = {
  name: 'Burgee-Level',
  in: 'header',
  description:
    'What the evaluator of who asks can decide: a flag whose `needs` is above that is an error there. Not used yet.',
  schema: { type: 'string' },
};
const fresh = {
  ETag: headers.etag,
  'Cache-Control': headers.cacheControl,
  'Preference-Applied': headers.preferenceApplied,
};
const same = { ETag: headers.etag, 'Preference-Applied': headers.preferenceApplied };

/** JSON, or with `Accept: text/event-stream` the same as events. */
function jsonOrEvents(schema: Schema): Readonly<Record<string, MediaType>> {
  return { ...json(schema), 'text/event-stream': { schema: {} } };
}

/** The doors of Burgee's own clients. */
export const dataPaths: Paths = {
  '/v1/decisions': {
    post: {
      operationId: 'decide',
      summary: 'Decide all flags, once or from now on',
      description: [
        'With `Accept: text/event-stream`: `decisions` with everything, then `changed` with what changed for this context',
        'and the list `removed`; `refetch` where the context is too large to be kept.',
      ].join(' '),
      tags: ['Burgee'],
      parameters: [ifNoneMatch, prefer],
      requestBody: {
        required: false,
        content: json(ref('question'), { context: { targetingKey: 'ann', country: 'NO' } }),
      },
      responses: {
        200: { description: 'The decisions.', headers: fresh, content: jsonOrEvents(ref('decisions')) },
        304: { description: 'Nothing else than before.', headers: same },
        ...troubles('trouble', withBody),
      },
    },
  },
  '/v1/ruleset': {
    get: {
      operationId: 'readRuleset',
      summary: 'All flags and rules of an environment, once or from now on',
      description: [
        'For server and relay keys. With `Accept: text/event-stream`: `ruleset` whole, then `patch`; `head` tells the',
        "newest version and the audit log's head, and relays get `keys`. Last-Event-ID resumes.",
      ].join(' '),
      tags: ['Burgee'],
      parameters: [ifNoneMatch, prefer, level],
      responses: {
        200: { description: 'The ruleset.', headers: fresh, content: jsonOrEvents(ref('ruleset')) },
        304: { description: 'Nothing else than before.', headers: same },
        ...troubles('trouble', withoutBody),
      },
    },
  },
  '/v1/exposures': {
    post: {
      operationId: 'countExposures',
      summary: 'Hand over what was served',
      tags: ['Burgee'],
      requestBody: {
        required: true,
        content: json(ref('exposures'), {
          batchId: '0d9a7f34-5d0e-4c39-9d41-0d8bd5d7e5f1',
          application: 'shop',
          counts: [],
        }),
      },
      responses: {
        202: {
          description: 'Taken; it is written within seconds.',
          content: json({
            type: 'object',
            required: ['accepted'],
            properties: { accepted: { type: 'integer', minimum: 0 } },
            additionalProperties: false,
          }),
        },
        ...troubles('trouble', withBody),
      },
    },
  },
};

const readiness = (statuses: readonly string[]): Schema => ({
  type: 'object',
  required: ['service', 'status', 'role', 'lastSyncAgeMs', 'isBusy'],
  properties: {
    service: { const: 'burgee' },
    status: { enum: statuses },
    role: { enum: ['api', 'all', 'relay', 'worker'] },
    lastSyncAgeMs: { type: ['number', 'null'], description: 'Since the flags were last compared; null: never.' },
    isBusy: { type: 'boolean', description: 'Evaluations and new streams are refused at the moment.' },
  },
});

/** What operators ask, and this document. */
export const operatingPaths: Paths = {
  '/livez': {
    get: {
      operationId: 'live',
      summary: 'Does the process answer?',
      tags: ['Operating'],
      security: [],
      responses: {
        200: {
          description: 'Yes.',
          content: json({ type: 'object', required: ['status'], properties: { status: { const: 'alive' } } }),
        },
        ...troubles('trouble', [400, 405, 408, 431]),
      },
    },
  },
  '/readyz': {
    get: {
      operationId: 'ready',
      summary: 'Does it want requests?',
      description: '`stale` serves what it has while the database is away, and is ready.',
      tags: ['Operating'],
      security: [],
      responses: {
        200: { description: 'Yes.', content: json(readiness(['ready', 'stale'])) },
        503: { description: 'Not now.', content: json(readiness(['down', 'draining'])) },
        ...troubles('trouble', [400, 405, 408, 431]),
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'describe',
      summary: 'This document',
      tags: ['Operating'],
      security: [],
      responses: {
        200: {
          description: 'An OpenAPI document.',
          content: json({ type: 'object', required: ['openapi', 'info', 'paths'] }),
        },
        ...troubles('trouble', [400, 405, 408, 431]),
      },
    },
  },
};
