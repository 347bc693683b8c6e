import { headers, json, ref, troubles, withBody } from './answers.ts';
import type { Parameter, Paths } from './shape.ts';

const question = {
  required: false,
  content: json(ref('question'), { context: { targetingKey: 'ann', country: 'NO' } }),
};

const ifNoneMatch: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The ETag of an earlier answer: 304 when it would be the same again.',
  schema: { type: 'string' },
};

const badQuestion =
  'The question or its context is not well formed, misses the targeting key, or the flag itself is broken (PARSE_ERROR).';

/** OFREP 0.3.0 as Burgee speaks it. */
export const ofrepPaths: Paths = {
  '/ofrep/v1/evaluate/flags/{key}': {
    post: {
      operationId: 'evaluateFlag',
      summary: 'Decide one flag',
      tags: ['OFREP'],
      parameters: [
        {
          name: 'key',
          in: 'path',
          required: true,
          description: "The flag's key.",
          schema: { type: 'string', minLength: 1, maxLength: 128 },
          examples: { simple: { value: 'new-checkout' } },
        },
      ],
      requestBody: question,
      responses: {
        200: { description: 'The decision.', content: json(ref('evaluation')) },
        ...troubles('ofrepTrouble', withBody),
        400: {
          description: badQuestion,
          content: json({ anyOf: [ref('failure'), ref('ofrepTrouble'), ref('wireTrouble')] }),
        },
        404: {
          description: 'There is no such flag, or none that this key may see.',
          content: json(ref('flagNotFound')),
        },
      },
    },
  },
  '/ofrep/v1/evaluate/flags': {
    post: {
      operationId: 'evaluateFlags',
      summary: 'Decide all flags',
      description: 'All that the key may see. A flag that cannot be decided is an entry with an error code.',
      tags: ['OFREP'],
      parameters: [
        ifNoneMatch,
        {
          name: 'flagConfigEtag',
          in: 'query',
          description: '`etag` of the event that led here: the answer is of this version or a later one.',
          schema: { type: 'string' },
        },
        {
          name: 'flagConfigLastModified',
          in: 'query',
          description: '`lastModified` of the event that led here: the answer is not older than the database.',
          schema: { type: 'string' },
        },
      ],
      requestBody: question,
      responses: {
        200: {
          description: 'The decisions, and where to hear of changes.',
          headers: { ETag: headers.etag, 'Cache-Control': headers.cacheControl },
          content: json(ref('bulk')),
        },
        304: { description: 'Nothing else than before.', headers: { ETag: headers.etag } },
        ...troubles('ofrepTrouble', withBody),
      },
    },
  },
  '/ofrep/v1/events': {
    get: {
      operationId: 'followFlags',
      summary: 'Hear that something changed',
      description: [
        'Server-sent events: `event: message` with `{ "type": "refetchEvaluation", "etag", "lastModified" }`.',
        'With the Last-Event-ID of an earlier connection, changes since then are told at once.',
        'The address stands in `eventStreams` of the bulk answer; its token is good for two hours and opens nothing else.',
      ].join(' '),
      tags: ['OFREP'],
      security: [],
      parameters: [
        { name: 'token', in: 'query', required: true, description: 'From `eventStreams`.', schema: { type: 'string' } },
        {
          name: 'Last-Event-ID',
          in: 'header',
          description: 'The last id that was seen.',
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: { description: 'Events until one side ends it.', content: { 'text/event-stream': { schema: {} } } },
        ...troubles('ofrepTrouble', [400, 401, 405, 408, 429, 431, 500, 503]),
      },
    },
  },
};
