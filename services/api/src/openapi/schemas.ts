import { ref } from './answers.ts';
import type { Schema } from './shape.ts';

const metadata: Schema = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } };
const reasons = ['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'CACHED'];
const flagErrors = ['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'GENERAL'];
const anyValue: Schema = {
  description: "The value, of the flag's type; a float always has its point. Absent: the code's default.",
};

/** The schemas that more than one door uses, and those that have a name in our words. */
export const schemas: Readonly<Record<string, Schema>> = {
  question: {
    description: 'Whom the decision is for. Numbers are of double precision; at most 32 levels and 1,000 entries.',
    type: 'object',
    properties: {
      context: {
        type: 'object',
        properties: { targetingKey: { type: 'string', description: 'At most 1,024 bytes of UTF-8.' } },
        additionalProperties: true,
      },
    },
  },
  trouble: {
    type: 'object',
    required: ['code', 'message', 'fix'],
    properties: {
      code: { type: 'string', description: 'Permanent; docs/errors has a page for each.', pattern: '^[A-Z_]+$' },
      message: { type: 'string', minLength: 1 },
      fix: { type: 'string', minLength: 1 },
      problems: {
        type: 'array',
        items: {
          type: 'object',
          required: ['path', 'message'],
          properties: { path: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
    additionalProperties: false,
  },
  ofrepTrouble: {
    type: 'object',
    required: ['errorCode', 'errorDetails'],
    properties: {
      key: { type: 'string', description: 'Where one flag was asked for.' },
      errorCode: { type: 'string', pattern: '^[A-Z_]+$' },
      errorDetails: { type: 'string', minLength: 1 },
    },
    additionalProperties: false,
  },
  wireTrouble: {
    description: 'Trouble with a request that cannot be read: in both forms.',
    type: 'object',
    required: ['code', 'message', 'fix', 'errorCode', 'errorDetails'],
    properties: {
      code: { type: 'string', pattern: '^[A-Z_]+$' },
      message: { type: 'string', minLength: 1 },
      fix: { type: 'string', minLength: 1 },
      errorCode: { type: 'string', pattern: '^[A-Z_]+$' },
      errorDetails: { type: 'string', minLength: 1 },
    },
    additionalProperties: false,
  },
  evaluation: {
    description: "OFREP's evaluationSuccess, with `variant` and `metadata` always there.",
    type: 'object',
    required: ['key', 'reason', 'variant', 'metadata'],
    properties: {
      key: { type: 'string' },
      value: anyValue,
      reason: { enum: reasons },
      variant: { type: 'string', description: 'Empty where a value has no name.' },
      metadata,
    },
    additionalProperties: false,
  },
  failure: {
    description: "OFREP's evaluationFailure: this flag cannot be decided, the code's default counts.",
    type: 'object',
    required: ['key', 'errorCode', 'errorDetails'],
    properties: {
      key: { type: 'string' },
      errorCode: { enum: flagErrors },
      errorDetails: { type: 'string', minLength: 1 },
      metadata,
    },
    additionalProperties: false,
  },
  flagNotFound: {
    type: 'object',
    required: ['key', 'errorCode', 'errorDetails'],
    properties: {
      key: { type: 'string' },
      errorCode: { const: 'FLAG_NOT_FOUND' },
      errorDetails: { type: 'string', minLength: 1 },
      metadata,
    },
    additionalProperties: false,
  },
  eventStream: {
    type: 'object',
    required: ['type', 'endpoint', 'inactivityDelaySec'],
    properties: {
      type: { const: 'sse' },
      endpoint: {
        type: 'object',
        required: ['requestUri'],
        properties: { requestUri: { type: 'string', pattern: '^/ofrep/v1/events[?]token=[0-9A-Za-z._-]+$' } },
        additionalProperties: false,
      },
      inactivityDelaySec: { type: 'integer', minimum: 1 },
    },
    additionalProperties: false,
  },
  bulk: {
    type: 'object',
    required: ['flags', 'metadata', 'eventStreams'],
    properties: {
      flags: { type: 'array', items: { oneOf: [ref('evaluation'), ref('failure')] } },
      metadata: {
        type: 'object',
        required: ['version'],
        properties: { version: { type: 'string', description: 'Opaque; compared whole.' } },
        additionalProperties: false,
      },
      eventStreams: { type: 'array', minItems: 1, maxItems: 1, items: ref('eventStream') },
    },
    additionalProperties: false,
  },
  decisions: {
    type: 'object',
    required: ['version', 'flags'],
    properties: {
      version: { type: 'string', description: 'Opaque; compared whole.' },
      flags: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['reason'],
          properties: {
            value: anyValue,
            variant: { type: 'string' },
            reason: { enum: [...reasons, 'ERROR'] },
            errorCode: { enum: flagErrors },
            metadata,
          },
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  },
  ruleset: {
    description: 'All flags and segments of an environment; spec/ruleset.schema.json has every field.',
    type: 'object',
    required: ['format', 'environment', 'version', 'flags', 'segments'],
    properties: {
      format: { const: 1 },
      environment: { type: 'string' },
      version: { type: 'string' },
      flags: { type: 'object', additionalProperties: { type: 'object' } },
      segments: { type: 'object', additionalProperties: { type: 'object' } },
      keys: { type: 'array', items: { type: 'object' }, description: 'For relay keys only.' },
    },
    additionalProperties: false,
  },
  exposures: {
    description: 'What an application served since its last batch.',
    type: 'object',
    required: ['batchId', 'application'],
    properties: {
      batchId: { type: 'string', pattern: uuid(), description: 'Sent again under the same id, it counts once.' },
      application: line(200),
      counts: { type: 'array', maxItems: 2000, items: ref('exposureCount') },
      unknown: { type: 'array', maxItems: 200, items: line(128), description: 'Flags that are not there.' },
    },
  },
  exposureCount: {
    type: 'object',
    required: ['flag', 'count', 'hour'],
    properties: {
      flag: line(128),
      variant: { oneOf: [{ type: 'null' }, { const: '' }, line(128)], description: "Null: the code's default." },
      count: { type: 'integer', minimum: 1, maximum: 1_000_000_000 },
      hour: {
        type: 'string',
        format: 'date-time',
        description: 'With a zone, in the last 90 days; the counts are of the hour in which it lies.',
      },
      source: { enum: ['used', 'delivered'] },
    },
  },
};

function uuid(): string {
  return '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
}

/** One line of text, without control characters. */
function line(maxLength: number): Schema {
  return { type: 'string', minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' };
}
