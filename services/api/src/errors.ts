import { constraintSentences } from './constraints.ts';

/** Every code with which the api answers trouble: the HTTP status, and what mends it when the database says nothing better. */
export const catalogue = {
  // what the database's checks and triggers raise
  INVALID_FLAG: { status: 400, fix: 'Mend the places named in `problems`.' },
  INVALID_SEGMENT: { status: 400, fix: 'Mend the places named in `problems`.' },
  INVALID_KEY: { status: 400, fix: 'Use 1 to 128 characters of a-z 0-9 . _ -' },
  KEY_EXISTS: { status: 409, fix: 'Choose another key.' },
  KEY_RETIRED: { status: 409, fix: 'Choose another key; keys are never used again.' },
  TYPE_IMMUTABLE: { status: 409, fix: 'Make a new flag of the other type.' },
  UNKNOWN_REFERENCE: { status: 400, fix: 'Name a flag, variant or segment that exists in this project.' },
  PREREQUISITE_CYCLE: { status: 400, fix: 'Take one of the requirements out of the circle.' },
  IN_USE: { status: 409, fix: 'Take away what uses it first.' },
  FORBIDDEN: { status: 403, fix: 'Ask an administrator of the project for the right.' },
  REASON_REQUIRED: { status: 422, fix: 'Say why: a change in production needs a reason.' },
  REVISION_CONFLICT: { status: 409, fix: 'Look at what changed meanwhile, then change it again.' },
  APPEND_ONLY: { status: 403, fix: 'The audit log can only grow.' },
  LIMIT_EXCEEDED: { status: 400, fix: 'Stay within the limit that the message names.' },
  SETUP_CLOSED: { status: 410, fix: 'Sign in, or ask an administrator for an invitation.' },
  NOT_ALLOWED_HERE: { status: 403, fix: 'Do it through the door that the message names.' },
  // what the api refuses itself
  UNAUTHORIZED: { status: 401, fix: 'Send a key as Authorization: Bearer.' },
  INVALID_TOKEN: { status: 401, fix: 'Sign in again; applications send an API key, which begins with bgy_.' },
  BAD_INPUT: { status: 400, fix: 'Send what the message asks for.' },
  NOT_FOUND: { status: 404, fix: 'Check the address and the spelling.' },
  IMPORT_REFUSED: { status: 400, fix: 'Mend the places named in `problems`, or leave these flags out.' },
  INVALID_CURSOR: { status: 400, fix: 'Start again from the first page.' },
  METHOD_NOT_ALLOWED: { status: 405, fix: 'Use a method that the Allow header names.' },
  BODY_TOO_LARGE: { status: 413, fix: 'Send less.' },
  HEADERS_TOO_LARGE: { status: 431, fix: 'Send fewer or shorter headers; a context belongs into the body.' },
  REQUEST_TIMEOUT: { status: 408, fix: 'Send the request faster, or a smaller one.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, fix: 'Send Content-Type: application/json.' },
  TOO_MANY_REQUESTS: { status: 429, fix: 'Wait as long as Retry-After says.' },
  READ_ONLY: { status: 503, fix: 'Wait: the database takes no writes at the moment.' },
  UNAVAILABLE: { status: 503, fix: 'Try again in a moment; flags are served meanwhile.' },
  TOO_BUSY: { status: 503, fix: 'Ask again after as many seconds as Retry-After says; open streams go on.' },
  TOO_MANY_STREAMS: { status: 503, fix: 'Connect again after the time that Retry-After says.' },
  INTERNAL: { status: 500, fix: 'Report it with the time of the request; the log has more.' },
  // OpenFeature's words
  PROVIDER_NOT_READY: { status: 503, fix: 'Try again in a moment.' },
  FLAG_NOT_FOUND: { status: 404, fix: 'Check the key; a client key sees client-visible flags only.' },
  PARSE_ERROR: { status: 400, fix: 'Send a JSON body.' },
  INVALID_CONTEXT: { status: 400, fix: 'Send { "context": { … } } within the limits.' },
  TARGETING_KEY_MISSING: { status: 400, fix: 'Send context.targetingKey.' },
  TYPE_MISMATCH: { status: 400, fix: 'Send the attribute with the type that the rule compares.' },
  GENERAL: { status: 500, fix: 'Report it with the time of the request; the log has more.' },
} as const satisfies Record<string, { status: number; fix: string }>;

export type Code = keyof typeof catalogue;

/** What a {@link BurgeeError} may carry beside its code and sentence. */
export interface Circumstances {
  readonly fix?: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  /** For REVISION_CONFLICT: the thing as it is now. */
  readonly current?: unknown;
  readonly retryAfterSeconds?: number;
  /** For METHOD_NOT_ALLOWED. */
  readonly allow?: readonly string[];
  readonly cause?: unknown;
}

/** Trouble that has a permanent code, a sentence for people and a fix; whatever else is thrown is a fault of ours. */
export class BurgeeError extends Error {
  override readonly name = 'BurgeeError';
  readonly code: Code;
  readonly status: number;
  readonly fix: string;
  readonly circumstances: Circumstances;

  constructor(code: Code, message: string, circumstances: Circumstances = {}) {
    super(message, { cause: circumstances.cause });
    this.code = code;
    this.status = catalogue[code].status;
    this.fix = circumstances.fix ?? catalogue[code].fix;
    this.circumstances = circumstances;
  }
}

/** Gives any thrown thing its code; what nobody foresaw is INTERNAL and keeps its cause for the log. */
export function asBurgeeError(error: unknown): BurgeeError {
  if (error instanceof BurgeeError) return error;
  return (
    errorFromPostgres(error) ??
    errorFromFastify(error) ??
    new BurgeeError('INTERNAL', 'Something went wrong inside Burgee.', { cause: error })
  );
}

/** How trouble looks in `extensions` of a GraphQL error. */
export function extensionsOf(error: BurgeeError): Record<string, unknown> {
  const { problems, current } = error.circumstances;
  return {
    code: error.code,
    fix: error.fix,
    ...(problems && { problems }),
    ...(current !== undefined && { current }),
  };
}

/** Translates what Postgres, or the way to it, said; undefined when the error comes from somewhere else. */
export function errorFromPostgres(error: unknown): BurgeeError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, detail, hint } = error as PostgresError;
  if (code?.startsWith('BG')) return raisedByBurgee(error, detail, hint);
  if (code === '25006') {
    return new BurgeeError('READ_ONLY', 'The database takes no writes at the moment.', {
      cause: error,
      retryAfterSeconds: 2,
    });
  }
  if (code === '22003') return new BurgeeError('BAD_INPUT', 'A number is too large for its place.', { cause: error });
  if (code === '22P02') {
    // Postgres tells in the detail what it cannot keep, such as half a surrogate pair
    const why = detail ? `: ${detail}` : '.';
    return new BurgeeError('BAD_INPUT', `A value has the wrong form for its place${why}`, { cause: error });
  }
  if (code === '23514' || code === '23505' || code === '23503') {
    const { constraint = 'a constraint' } = error as PostgresError;
    const sentence = constraintSentences[constraint] ?? `a value breaks the rule ${constraint.replaceAll('_', ' ')}`;
    return new BurgeeError(code === '23505' ? 'KEY_EXISTS' : 'BAD_INPUT', sentence, { cause: error });
  }
  if (code === '22P05' || code === '22021') {
    return new BurgeeError('BAD_INPUT', 'A text holds a NUL character, which Postgres cannot keep.', { cause: error });
  }
  if (isAway(error, code)) {
    return new BurgeeError('UNAVAILABLE', 'The database cannot be reached at the moment.', {
      cause: error,
      retryAfterSeconds: 2,
    });
  }
  return undefined;
}

/** True when the error means that what this process stands on (the database, or another Burgee) is away, busy or slow, and not that the request was wrong. */
export function isUnavailable(error: unknown): boolean {
  return (error instanceof BurgeeError ? error : errorFromPostgres(error))?.status === 503;
}

interface PostgresError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly constraint?: string;
}

function raisedByBurgee(error: Error, detail: string | undefined, hint: string | undefined): BurgeeError {
  const said = parsedDetail(detail);
  if (said === undefined) return new BurgeeError('INTERNAL', error.message, { cause: error });
  const { code, problems } = said;
  return new BurgeeError(code, error.message, {
    cause: error,
    ...(hint && { fix: hint }),
    ...(problems && { problems }),
  });
}

function parsedDetail(detail: string | undefined): { code: Code; problems?: Circumstances['problems'] } | undefined {
  try {
    const said = JSON.parse(detail ?? '') as { code?: unknown; problems?: unknown };
    if (typeof said.code !== 'string' || !Object.hasOwn(catalogue, said.code)) return undefined;
    const problems = Array.isArray(said.problems) ? (said.problems as Circumstances['problems']) : undefined;
    return { code: said.code as Code, ...(problems && { problems }) };
  } catch {
    return undefined;
  }
}

const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EMFILE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Connection trouble, shutdown, out of connections or memory, lock and statement timeouts, a serialization failure. */
const awayStates = /^(08...|57P0.|57014|53...|55P03|40001|40P01|28...|3D000)$/;

function isAway(error: Error, code: string | undefined): boolean {
  if (code !== undefined) return awayCodes.has(code) || awayStates.test(code);
  // pg gives its own timeouts and cut connections no code, only these texts
  return /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed)/.test(
    error.message,
  );
}

function errorFromFastify(error: unknown): BurgeeError | undefined {
  if (!(error instanceof Error)) return undefined;
  switch ((error as { code?: unknown }).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new BurgeeError('BODY_TOO_LARGE', 'the body is larger than this address takes', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new BurgeeError('UNSUPPORTED_MEDIA_TYPE', 'application/json only', { cause: error });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new BurgeeError('BAD_INPUT', 'the body has not as many bytes as Content-Length says', { cause: error });
    case 'FST_ERR_BAD_URL':
      return new BurgeeError('BAD_INPUT', 'the address holds a percent sign that starts no byte of UTF-8', {
        cause: error,
      });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new BurgeeError('BAD_INPUT', 'a part of the address is longer than 512 characters', { cause: error });
    default:
      return undefined;
  }
}
